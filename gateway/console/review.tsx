/**
 * The verdict of a person. Two steps on purpose: a slip of one key decides nothing.
 *
 *     C ─▶ "mark as verified?" ─▶ Enter        R ─▶ reason (1–9), note ─▶ Enter        Esc ─▶ back        U ─▶ taken back
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ReasonCode } from '../http/reasons.ts'
import type { ShownAlert } from '../http/shown-alerts.ts'
import type { Api, Me, Verdict } from './api.ts'
import { Notice } from './notice.tsx'
import { LastNotice } from './notice-mark.tsx'
import { mayUndo, noted, Undo } from './undo.tsx'
import { useWords } from './words.ts'

/** In the order of their digits. */
const REASONS = [
  'MOVING_VENDOR',
  'PERMITTED',
  'DELIVERY',
  'PARKED_CARGO_TRICYCLE',
  'CONSTRUCTION',
  'SHADOW_OR_LIGHT',
  'PICTURE_UNUSABLE',
  'DUPLICATE',
  'OTHER',
] as const satisfies readonly ReasonCode[]

const KEYS_STORED = 'lushao.keys'

/** Takes a key; false when it means nothing here. */
export type ReviewKeys = (key: string) => boolean

interface ReviewProps {
  readonly api: Api
  readonly me: Me
  readonly alert: ShownAlert
  readonly keys: { current: ReviewKeys | null }
  readonly onDone: (alert: ShownAlert) => void
}

export function ReviewPanel({ api, me, alert, keys, onDone }: ReviewProps) {
  const { t, term } = useWords()
  const [step, setStep] = useState<'idle' | 'confirm' | 'reject'>('idle')
  const [reason, setReason] = useState<ReasonCode>(REASONS[0])
  const [error, setError] = useState<unknown>(null)
  const [keysOn, setKeysOn] = useState(() => localStorage.getItem(KEYS_STORED) !== 'off')
  const isOpen = alert.state === 'PENDING_REVIEW' || alert.state === 'EXPIRED'
  const undoable = mayUndo(alert)
  const may = isOpen && me.permissions.includes('alerts:review')

  keys.current = (key) => {
    const digit = Number(key)
    if (keysOn && key === 'u' && undoable) void undo()
    else if (!may || !keysOn) return false
    else if (key === 'Escape' && step !== 'idle') setStep('idle')
    else if (key === 'c') setStep('confirm')
    else if (key === 'r') setStep('reject')
    else if (step === 'reject' && digit >= 1 && digit <= REASONS.length) setReason(REASONS[digit - 1]!)
    else return false
    return true
  }
  const decide = async (asked: Promise<{ alert: ShownAlert }>) => {
    setError(null)
    try {
      onDone((await asked).alert)
      setStep('idle')
    } catch (refusal) {
      setError(refusal) // Shown below the buttons; it can be tried again.
    }
  }
  const submit = (verdict: Verdict) => decide(api.review(alert.eventId, verdict).then(noted))
  const undo = () => decide(api.undo(alert.eventId))

  return (
    <section class="panel review" aria-labelledby="review-title">
      <h2 id="review-title">
        {t('review.title')} <span class={`state ${alert.state}`}>{term('state', alert.state)}</span>
      </h2>
      <LastNotice notices={alert.notices} />
      {isOpen && !may && <p class="hint">{t('review.notAllowed')}</p>}
      {may && step === 'idle' && <Verdicts keysOn={keysOn} onStep={setStep} />}
      {may && step === 'confirm' && <ConfirmForm onSubmit={submit} onCancel={() => setStep('idle')} />}
      {may && step === 'reject' && (
        <RejectForm reason={reason} onReason={setReason} onSubmit={submit} onCancel={() => setStep('idle')} />
      )}
      {undoable && <Undo state={alert.state} keysOn={keysOn} onUndo={undo} />}
      <Notice error={error} />
      {may && <KeysToggle on={keysOn} onChange={setKeysOn} />}
    </section>
  )
}

function KeysToggle({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const { t } = useWords()
  const toggle = () => {
    localStorage.setItem(KEYS_STORED, on ? 'off' : 'on')
    onChange(!on)
  }
  return (
    <p class="hint keys">
      <label class="tick">
        <input type="checkbox" checked={on} onChange={toggle} /> {t('review.keysToggle')}
      </label>
      {on && <span>{t('review.keysHelp')}</span>}
    </p>
  )
}

interface VerdictsProps {
  readonly keysOn: boolean
  readonly onStep: (step: 'confirm' | 'reject') => void
}

function Verdicts({ keysOn, onStep }: VerdictsProps) {
  const { t } = useWords()
  return (
    <>
      <div class="verdicts">
        <button type="button" class="primary" aria-keyshortcuts="c" onClick={() => onStep('confirm')}>
          {t('review.confirm')} {keysOn && <kbd>C</kbd>}
        </button>
        <button type="button" class="second" aria-keyshortcuts="r" onClick={() => onStep('reject')}>
          {t('review.reject')} {keysOn && <kbd>R</kbd>}
        </button>
      </div>
      <p class="hint">{t('review.meaning')}</p>
    </>
  )
}

function ConfirmForm({ onSubmit, onCancel }: { onSubmit: (verdict: Verdict) => void; onCancel: () => void }) {
  const { t } = useWords()
  const first = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => first.current?.focus(), [])
  return (
    <div class="step">
      <p>{t('review.confirmAsk')}</p>
      <div class="verdicts">
        <button type="button" class="primary" ref={first} onClick={() => onSubmit({ verdict: 'VERIFIED' })}>
          {t('review.submit')} <kbd>Enter</kbd>
        </button>
        <button type="button" class="second" onClick={onCancel}>
          {t('cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </div>
  )
}

interface RejectProps {
  readonly reason: ReasonCode
  readonly onReason: (reason: ReasonCode) => void
  readonly onSubmit: (verdict: Verdict) => void
  readonly onCancel: () => void
}

function RejectForm({ reason, onReason, onSubmit, onCancel }: RejectProps) {
  const { t, term } = useWords()
  const chosen = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => chosen.current?.focus(), [reason])
  return (
    <form
      class="step"
      onSubmit={(event) => {
        event.preventDefault()
        const note = String(new FormData(event.currentTarget).get('note')).trim()
        onSubmit({ verdict: 'REJECTED', reasonCode: reason, ...(note && { note }) })
      }}
    >
      <fieldset>
        <legend>{t('review.reason')}</legend>
        {REASONS.map((code, place) => (
          <label key={code} class="choice">
            <input
              type="radio"
              name="reason"
              value={code}
              checked={code === reason}
              ref={code === reason ? chosen : null}
              onChange={() => onReason(code)}
            />
            <kbd>{place + 1}</kbd> {term('reason', code)}
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{t('review.note')}</span>
        <input type="text" name="note" maxLength={1000} />
      </label>
      <div class="verdicts">
        <button type="submit" class="primary">
          {t('review.submit')} <kbd>Enter</kbd>
        </button>
        <button type="button" class="second" onClick={onCancel}>
          {t('cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  )
}
