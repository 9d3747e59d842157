/**
 * A tone and a notice of the desktop for new alerts, for whoever asked for them in this browser.
 *
 *     new alert ─▶ grave enough? ─┬─▶ tone (higher and twice for G3, G4)
 *                                 └─▶ notice: rule and grade, no picture; a click leads here
 */
import { useState } from 'preact/hooks'
import type { AlertRecord } from '../alerts/desk.ts'
import { useWords } from './words.ts'

const STORED = 'lushao.alarm'
const TONE_SEC = 0.18
const GRADES = ['G0', 'G1', 'G2', 'G3', 'G4'] as const

interface Wanted {
  readonly sound: boolean
  readonly notice: boolean
  readonly quietBehind: boolean
  /** The least grave that is told. */
  readonly from: string
}
const NOTHING: Wanted = { sound: false, notice: false, quietBehind: false, from: 'G1' }

function wanted(): Wanted {
  try {
    return { ...NOTHING, ...(JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Wanted>) }
  } catch {
    return NOTHING
  }
}

export function tellOf({ eventId, event }: AlertRecord, text: string): void {
  const { sound, notice, quietBehind, from } = wanted()
  if (event.grade < from) return
  if (sound && !(quietBehind && document.hidden)) ring(event.grade >= 'G3')
  if (notice && 'Notification' in window && Notification.permission === 'granted') {
    const shown = new Notification(text, { body: `${event.grade} · ${event.cameraId}`, tag: eventId })
    shown.onclick = () => window.focus()
  }
}

function ring(grave: boolean): void {
  const sound = new AudioContext()
  const starts = grave ? [0, TONE_SEC * 1.5] : [0]
  for (const start of starts) {
    const tone = new OscillatorNode(sound, { frequency: grave ? 880 : 587 })
    const loudness = new GainNode(sound, { gain: 0.15 })
    tone.connect(loudness).connect(sound.destination)
    tone.start(sound.currentTime + start)
    tone.stop(sound.currentTime + start + TONE_SEC)
    if (start === starts.at(-1)) tone.onended = () => void sound.close()
  }
}

export function AlarmChoice() {
  const { t } = useWords()
  const [chosen, setChosen] = useState(wanted)
  const [refused, setRefused] = useState(false)
  const choose = (changes: Partial<Wanted>) => {
    const next = { ...chosen, ...changes }
    localStorage.setItem(STORED, JSON.stringify(next))
    setChosen(next)
  }
  const askNotice = async (notice: boolean) => {
    const allowed = !notice || (await Notification.requestPermission()) === 'granted'
    setRefused(!allowed)
    choose({ notice: notice && allowed })
  }
  const tick = (label: string, checked: boolean, onTick: (checked: boolean) => void) => (
    <label class="tick">
      <input type="checkbox" checked={checked} onChange={(event) => onTick(event.currentTarget.checked)} />{' '}
      {label}
    </label>
  )
  return (
    <details class="alarm">
      <summary>{t('alarm.title')}</summary>
      {tick(t('alarm.sound'), chosen.sound, (sound) => choose({ sound }))}
      {'Notification' in window && tick(t('alarm.notice'), chosen.notice, (notice) => void askNotice(notice))}
      {tick(t('alarm.quiet'), chosen.quietBehind, (quietBehind) => choose({ quietBehind }))}
      <label class="tick">
        {t('alarm.from')}{' '}
        <select value={chosen.from} onChange={(event) => choose({ from: event.currentTarget.value })}>
          {GRADES.map((grade) => (
            <option key={grade}>{grade}</option>
          ))}
        </select>
      </label>
      {refused && <p class="hint">{t('alarm.refused')}</p>}
    </details>
  )
}
