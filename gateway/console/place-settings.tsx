/** What is said of a shape beside its corners: name, type, rules with their floors, scale, hours. */
import type { PlaceView } from '../http/place-views.ts'
import { entryOf, isLength, type Owner, type Values } from './place-shapes.ts'
import { HoursEditor, type HoursWindow } from './place-windows.tsx'
import { useWords } from './words.ts'

export interface SettingsProps {
  readonly place: PlaceView
  readonly owner: Owner
  readonly entry: Values
  readonly name: string
  readonly onChange: (change: Values, step: string) => void
  readonly onRemove: () => void
}

export function PlaceSettings(props: SettingsProps) {
  const { t } = useWords()
  const { owner, name, onRemove } = props
  const body = { zones: ZoneSettings, privacyMasks: MaskSettings, permits: PermitSettings }[owner.list]
  const Body = body
  return (
    <form
      class="settings"
      aria-label={t('places.chosen', { shape: name })}
      onSubmit={(e) => e.preventDefault()}
    >
      <h3>{t('places.chosen', { shape: name })}</h3>
      <Body {...props} />
      <button type="button" class="quiet" onClick={onRemove}>
        {t('places.remove', { shape: name })}
      </button>
    </form>
  )
}

interface TextProps {
  readonly label: string
  readonly value: unknown
  readonly onChange: (value: string | undefined) => void
}

/** An empty text takes the value out. */
function TextField({ label, value, onChange }: TextProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="text"
        value={typeof value === 'string' ? value : ''}
        onInput={(event) =>
          onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)
        }
      />
    </label>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly string[]
  readonly list: string
  readonly onChange: (value: string) => void
}

function ChoiceField({ label, value, options, list, onChange }: ChoiceProps) {
  const { term } = useWords()
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {term(list, option)}
          </option>
        ))}
      </select>
    </label>
  )
}

interface IdentityProps extends Pick<SettingsProps, 'entry' | 'onChange'> {
  readonly types: readonly string[]
  readonly list: string
}

/** What zones and permitted points are known by. */
function Identity({ entry, types, list, onChange }: IdentityProps) {
  const { t } = useWords()
  return (
    <>
      <TextField
        label={t('places.id')}
        value={entry['id']}
        onChange={(id) => onChange({ id: id ?? '' }, 'id')}
      />
      <TextField
        label={t('places.name')}
        value={entry['name']}
        onChange={(name) => onChange({ name }, 'name')}
      />
      <ChoiceField
        label={t('places.type')}
        value={String(entry['type'])}
        options={types}
        list={list}
        onChange={(type) => onChange({ type }, '')}
      />
    </>
  )
}

function ZoneSettings({ place, entry, onChange }: SettingsProps) {
  const { t } = useWords()
  const schedule = entry['schedule'] as { windows?: readonly HoursWindow[] } | undefined
  return (
    <>
      <Identity entry={entry} types={place.zoneTypes} list="zoneType" onChange={onChange} />
      <ChoiceField
        label={t('places.uplift')}
        value={String(entry['severityUplift'] ?? 0)}
        options={['0', '1', '2', '3']}
        list="uplift"
        onChange={(grades) => onChange({ severityUplift: grades === '0' ? undefined : Number(grades) }, '')}
      />
      <Rules place={place} entry={entry} onChange={onChange} />
      <Lines entry={entry} onChange={onChange} />
      <HoursEditor
        windows={schedule?.windows ?? null}
        onChange={(windows, step) =>
          onChange({ schedule: windows === null ? undefined : { ...schedule, windows } }, step)
        }
      />
    </>
  )
}

type Rule = Values & { readonly rule: string }

function Rules({ place, entry, onChange }: Pick<SettingsProps, 'place' | 'entry' | 'onChange'>) {
  const { t, term } = useWords()
  const rules = (entry['rules'] ?? []) as readonly Rule[]
  const put = (next: readonly Rule[], step: string) => onChange({ rules: next }, step)
  return (
    <fieldset class="rules">
      <legend>{t('places.rules')}</legend>
      {!place.floorsHold && <p class="hint">{t('places.noFloor')}</p>}
      {place.rules.map(({ rule: ruleId, dwellDefaultSec, dwellFloorSec }) => {
        const rule = rules.find((one) => one.rule === ruleId)
        const name = term('rule', ruleId)
        const why = t('places.dwellWhy', { default: String(dwellDefaultSec), floor: String(dwellFloorSec) })
        return (
          <div class="rule" key={ruleId}>
            <label class="tick">
              <input
                type="checkbox"
                checked={rule !== undefined}
                onChange={() =>
                  put(
                    rule === undefined ? [...rules, { rule: ruleId }] : rules.filter((one) => one !== rule),
                    '',
                  )
                }
              />
              {name}
            </label>
            {rule && (
              <label class="least-dwell">
                <input
                  type="number"
                  aria-label={t('places.dwell', { rule: name })}
                  min={place.floorsHold ? dwellFloorSec : 1}
                  max={86_400}
                  placeholder={String(dwellDefaultSec)}
                  value={rule['minDwellSec'] === undefined ? '' : String(rule['minDwellSec'])}
                  onInput={(event) => {
                    const { minDwellSec: _, ...rest } = rule
                    const { value } = event.currentTarget
                    const next = value === '' ? rest : { ...rest, minDwellSec: Number(value) }
                    put(
                      rules.map((one) => (one === rule ? (next as Rule) : one)),
                      `dwell ${ruleId}`,
                    )
                  }}
                />
                <small>{why}</small>
              </label>
            )}
          </div>
        )
      })}
    </fieldset>
  )
}

const NEW_LINE = [
  [0.3, 0.5],
  [0.7, 0.5],
]
const NEW_SCALE = { from: [0.4, 0.7], to: [0.6, 0.7], metres: 2 }

/** Lines of a zone that are drawn like it: where the shops begin, and a length that somebody measured. */
function Lines({ entry, onChange }: Pick<SettingsProps, 'entry' | 'onChange'>) {
  const { t } = useWords()
  const scale = entry['groundScale']
  const hasPoints = scale !== undefined && !isLength(scale)
  const has = (name: string) => entry[name] !== undefined
  return (
    <>
      <label class="tick">
        <input
          type="checkbox"
          checked={has('shopfrontLine')}
          onChange={() => onChange({ shopfrontLine: has('shopfrontLine') ? undefined : NEW_LINE }, '')}
        />
        {t('places.line')}
      </label>
      {hasPoints ? (
        <p class="hint">{t('places.scalePoints')}</p>
      ) : (
        <label class="tick">
          <input
            type="checkbox"
            checked={has('groundScale')}
            onChange={() => onChange({ groundScale: has('groundScale') ? undefined : NEW_SCALE }, '')}
          />
          {t('places.scale')}
        </label>
      )}
      {isLength(scale) && (
        <label class="field">
          <span>{t('places.metres')}</span>
          <input
            type="number"
            min={0.1}
            max={1000}
            step={0.01}
            value={String(scale.metres)}
            onInput={(event) =>
              onChange({ groundScale: { ...scale, metres: Number(event.currentTarget.value) } }, 'metres')
            }
          />
        </label>
      )}
    </>
  )
}

function MaskSettings({ entry, onChange }: SettingsProps) {
  const { t } = useWords()
  return (
    <TextField
      label={t('places.reason')}
      value={entry['reason']}
      onChange={(reason) => onChange({ reason }, 'reason')}
    />
  )
}

function PermitSettings({ place, entry, onChange }: SettingsProps) {
  return (
    <>
      <Identity
        entry={{ type: 'GUIDED', ...entry }}
        types={place.pointTypes}
        list="pointType"
        onChange={onChange}
      />
      <HoursEditor
        windows={(entry['windows'] as readonly HoursWindow[] | undefined) ?? null}
        onChange={(windows, step) => onChange({ windows: windows ?? undefined }, step)}
      />
    </>
  )
}

/** What people call it. */
export function nameOf(
  { list, index }: Owner,
  entry: Values | undefined,
  word: (list: 'zone' | 'mask' | 'permit') => string,
): string {
  const kind = ({ zones: 'zone', privacyMasks: 'mask', permits: 'permit' } as const)[list]
  const said = entry?.['name'] ?? entry?.['id'] ?? entry?.['reason'] ?? index + 1
  return `${word(kind)} ${String(said)}`
}

export const entryNamed = (drawing: PlaceView['drawing'], owner: Owner): Values =>
  entryOf(drawing, owner) ?? {}
