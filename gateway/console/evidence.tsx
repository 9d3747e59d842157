/**
 * The pictures of one alert: each moment wide and close, and the clip as it came from the camera.
 *
 * A purpose is asked once a login and sent with every look. The outline is drawn here, over the picture; the
 * pictures themselves stay as they are in the sealed package.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { DerivedItem, EvidenceDocument, EvidenceItem, OriginalItem } from '../evidence/package.ts'
import type { Box } from '../kit/geometry.ts'
import type { ViolationEvent } from '../violations/event.ts'
import { type Api, fileUrl, type Me } from './api.ts'
import { ClipPlayer, type Mark } from './clip-player.tsx'
import { ExportChoice } from './export-choice.tsx'
import { Notice } from './notice.tsx'
import { PackageLinks } from './package-links.tsx'
import { PurposeForm } from './purpose.tsx'
import { type Measured, Properties } from './quality.tsx'
import { timeOf, useWords } from './words.ts'

type Packed<Item> = Item & { readonly packageId: string }
interface Moment {
  readonly itemId: string
  readonly kind: string
  readonly capturedAt: string
  readonly wide: Packed<DerivedItem>
  readonly closeup: Packed<DerivedItem> | null
}

interface EvidenceProps {
  readonly api: Api
  readonly me: Me
  readonly event: ViolationEvent
  readonly purpose: string
  readonly onPurpose: (purpose: string) => void
}

export function Evidence({ api, me, event, purpose, onPurpose }: EvidenceProps) {
  const { t } = useWords()
  const packages = event.evidence?.packages ?? []
  const { items, measured, error } = useItems(api, packages, purpose)

  if (!me.permissions.includes('evidence:read')) return <Empty text={t('evidence.notAllowed')} />
  if (packages.length === 0) return <Empty text={t('evidence.none')} />
  if (purpose === '') {
    return (
      <section class="evidence" aria-label={t('evidence.title')}>
        <PurposeForm onChosen={onPurpose} />
      </section>
    )
  }
  if (error) {
    return (
      <section class="evidence" aria-label={t('evidence.title')}>
        <Notice error={error} />
      </section>
    )
  }
  return items === null ? (
    <Empty text={t('loading')} />
  ) : (
    <Pictures items={items} event={event} purpose={purpose}>
      <Properties packages={measured} />
      <ExportChoice api={api} me={me} packages={packages} purpose={purpose} />
      <PackageLinks packages={packages} purpose={purpose} />
    </Pictures>
  )
}

function useItems(api: Api, packages: readonly string[], purpose: string) {
  const [documents, setDocuments] = useState<EvidenceDocument[] | null>(null)
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    if (purpose === '' || packages.length === 0) return
    let stale = false
    Promise.all(packages.map((packageId) => api.package(packageId, purpose))).then(
      (all) => stale || setDocuments(all),
      (refusal) => stale || setError(refusal),
    )
    return () => {
      stale = true
    }
  }, [packages.join(), purpose])
  const items = documents?.flatMap((document) =>
    document.items.map((item) => ({ ...item, packageId: document.packageId })),
  )
  return { items: items ?? null, measured: (documents ?? []).flatMap(measuredOf), error }
}

/** Packages of before there were measures have none. */
function measuredOf({ packageId, quality, missing }: EvidenceDocument): Measured[] {
  return quality === undefined ? [] : [{ packageId, quality, missing }]
}

interface PicturesProps {
  readonly items: readonly Packed<EvidenceItem>[]
  readonly event: ViolationEvent
  readonly purpose: string
  readonly children: ComponentChildren
}

function Pictures({ items, event, purpose, children }: PicturesProps) {
  const { t } = useWords()
  const moments = momentsOf(items)
  const clips = items.filter((item): item is Packed<OriginalItem> => item.isOriginal && item.kind === 'CLIP')
  const [view, setView] = useState<string | null>(null)
  const [outlined, setOutlined] = useState(true)
  const [large, setLarge] = useState<DerivedItem['kind'] | null>(null)
  const confirmed = moments.find(({ kind }) => kind === 'CONFIRM') ?? moments.at(-1)
  const moment = moments.find(({ itemId }) => itemId === view) ?? confirmed
  // How it was before stands beside how it is, until somebody looks at one moment.
  const before = view === null ? moments.find(({ kind }) => kind === 'SCENE_BEFORE')?.wide : undefined
  const clip = clips.find((each) => keyOf(each) === view) ?? (moment === undefined ? clips[0] : undefined)
  const url = ({ packageId, path }: Packed<EvidenceItem>) => fileUrl(packageId, path, purpose)

  return (
    <section class="evidence" aria-label={t('evidence.title')}>
      <div class="stage">
        {clip && (
          <ClipPlayer key={keyOf(clip)} url={url(clip)} codec={clip.codec} marks={marksOf(event, clip)} />
        )}
        {!clip &&
          moment &&
          [before, moment.wide, moment.closeup].map(
            (item) =>
              item &&
              (large === null || (large === item.kind && item !== before)) && (
                <Picture
                  key={item.itemId}
                  url={url(item)}
                  item={item}
                  outline={outlined && item.kind === 'WIDE' && item !== before ? event.box : null}
                  isLarge={large === item.kind}
                  onResize={() => setLarge(large === null ? item.kind : null)}
                />
              ),
          )}
      </div>
      <Film
        moments={moments}
        clips={clips}
        shown={clip ? keyOf(clip) : (moment?.itemId ?? null)}
        url={url}
        outlined={outlined}
        onShow={setView}
        onOutline={() => setOutlined(!outlined)}
      />
      {children}
    </section>
  )
}

interface FilmProps {
  readonly moments: readonly Moment[]
  readonly clips: readonly Packed<OriginalItem>[]
  /** The item on the stage. */
  readonly shown: string | null
  readonly url: (item: Packed<EvidenceItem>) => string
  readonly outlined: boolean
  readonly onShow: (itemId: string) => void
  readonly onOutline: () => void
}

function Film({ moments, clips, shown, url, outlined, onShow, onOutline }: FilmProps) {
  const { t, term } = useWords()
  const showsClip = clips.some((clip) => keyOf(clip) === shown)
  return (
    <div class="film">
      <fieldset class="moments" aria-label={t('evidence.moments')}>
        {moments.map(({ itemId, kind, capturedAt, wide }) => (
          <button
            key={itemId}
            type="button"
            class="moment"
            aria-pressed={itemId === shown}
            onClick={() => onShow(itemId)}
          >
            <img src={url(wide)} alt="" loading="lazy" />
            <span>{term('kind', kind)}</span>
            <time>{timeOf(capturedAt)}</time>
          </button>
        ))}
        {clips.map((clip) => (
          <button
            key={keyOf(clip)}
            type="button"
            class="moment"
            aria-pressed={keyOf(clip) === shown}
            onClick={() => onShow(keyOf(clip))}
          >
            <span class="play" aria-hidden="true" />
            <span>{t('evidence.clip')}</span>
            <time>{timeOf(clip.capturedAt)}</time>
          </button>
        ))}
      </fieldset>
      <p class="hint">
        {t(showsClip ? 'evidence.original' : 'evidence.derived')}
        {!showsClip && (
          <label class="tick">
            <input type="checkbox" checked={outlined} onChange={onOutline} /> {t('evidence.box')}
          </label>
        )}
      </p>
    </div>
  )
}

interface PictureProps {
  readonly url: string
  readonly item: Packed<DerivedItem>
  readonly outline: Box | null
  readonly isLarge: boolean
  readonly onResize: () => void
}

function Picture({ url, item, outline, isLarge, onResize }: PictureProps) {
  const { t } = useWords()
  const label = t(item.kind === 'WIDE' ? 'evidence.wide' : 'evidence.closeup')
  const [isBroken, setBroken] = useState(false)
  useEffect(() => setBroken(false), [url])
  const percent = (share: number) => `${(share * 100).toFixed(2)}%`
  return (
    <figure class={`picture ${item.kind.toLowerCase()}`}>
      <div class="sheet" style={{ '--ratio': (item.width / item.height).toFixed(4) }}>
        {isBroken ? (
          <p class="notice">{t('evidence.broken')}</p>
        ) : (
          <img src={url} alt={`${label} ${timeOf(item.capturedAt)}`} onError={() => setBroken(true)} />
        )}
        {outline && !isBroken && (
          <div
            class="act-outline"
            style={{
              left: percent(outline[0]),
              top: percent(outline[1]),
              width: percent(outline[2] - outline[0]),
              height: percent(outline[3] - outline[1]),
            }}
          >
            <span>{t('evidence.outline')}</span>
          </div>
        )}
      </div>
      <figcaption>
        {label} <time>{timeOf(item.capturedAt)}</time>
        <button
          type="button"
          class="plain"
          aria-label={`${t(isLarge ? 'evidence.reduce' : 'evidence.enlarge')} ${label}`}
          onClick={onResize}
        >
          {t(isLarge ? 'evidence.reduce' : 'evidence.enlarge')}
        </button>
      </figcaption>
    </figure>
  )
}

function Empty({ text }: { text: string }) {
  const { t } = useWords()
  return (
    <section class="evidence" aria-label={t('evidence.title')}>
      <p class="empty">{text}</p>
    </section>
  )
}

/** Item ids count up over the packages of an event, but a package of before may have begun again. */
const keyOf = ({ packageId, itemId }: Packed<EvidenceItem>): string => `${packageId}/${itemId}`

/** When the act began, was confirmed and ended, as seconds into the clip. */
function marksOf({ startedAt, confirmedAt, endedAt }: ViolationEvent, { capturedAt }: OriginalItem): Mark[] {
  const at = (what: Mark['what'], time: string | null): Mark[] =>
    time === null ? [] : [{ what, atSec: (Date.parse(time) - Date.parse(capturedAt)) / 1000 }]
  return [...at('started', startedAt), ...at('confirmed', confirmedAt), ...at('ended', endedAt)]
}

/** Every still original with the pictures made of it, in the order of time. */
function momentsOf(items: readonly Packed<EvidenceItem>[]): Moment[] {
  const derived = items.filter((item): item is Packed<DerivedItem> => !item.isOriginal)
  const madeOf = (packageId: string, itemId: string, kind: DerivedItem['kind']) =>
    derived.find((item) => item.packageId === packageId && item.derivedFrom === itemId && item.kind === kind)
  return items
    .flatMap(({ packageId, itemId, kind, capturedAt, isOriginal }) => {
      const wide = isOriginal ? madeOf(packageId, itemId, 'WIDE') : undefined
      if (!wide) return []
      return [{ itemId, kind, capturedAt, wide, closeup: madeOf(packageId, itemId, 'CLOSEUP') ?? null }]
    })
    .sort((a, b) => a.capturedAt.localeCompare(b.capturedAt))
}
