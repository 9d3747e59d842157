/**
 * Alerts as people are shown them: as the desk has them, each with the notices that somebody has heard about it.
 *
 *     AlertDesk ──┐
 *                 ├─▶ ShownAlerts ─▶ routes, feed
 *     NoticeDesk ─┘
 *
 * Whoever decides sees at once that somebody was spoken to. What was withheld or failed was heard by nobody and is
 * not counted; it stands among the notices of the alert, with its reason.
 */
import type { AlertChange } from '../alerts/desk.ts'
import type { AlertFilter } from '../alerts/desk-store.ts'
import type { GivenNotices } from '../alerts/persuasion-record.ts'
import type { AlertRecord } from '../alerts/records.ts'
import type { AlertsView, NoticeDesk } from './views.ts'

export interface ShownAlert extends AlertRecord {
  /** null: nobody was spoken to. */
  readonly notices: GivenNotices | null
}

export class ShownAlerts implements AlertsView {
  readonly #desk: AlertsView
  readonly #notices: Pick<NoticeDesk, 'given'>

  constructor(desk: AlertsView, notices: Pick<NoticeDesk, 'given'>) {
    this.#desk = desk
    this.#notices = notices
  }

  list(filter: AlertFilter): ShownAlert[] {
    return this.#desk.list(filter).map(this.#shown)
  }

  get(eventId: string): ShownAlert | null {
    const alert = this.#desk.get(eventId)
    return alert && this.#shown(alert)
  }

  transition(wish: Parameters<AlertsView['transition']>[0]): ShownAlert {
    return this.#shown(this.#desk.transition(wish))
  }

  undo(wish: Parameters<AlertsView['undo']>[0]): ShownAlert {
    return this.#shown(this.#desk.undo(wish))
  }

  regrade(wish: Parameters<AlertsView['regrade']>[0]): ShownAlert {
    return this.#shown(this.#desk.regrade(wish))
  }

  history(eventId: string): ReturnType<AlertsView['history']> {
    return this.#desk.history(eventId)
  }

  counts(days?: Parameters<AlertsView['counts']>[0]): ReturnType<AlertsView['counts']> {
    return this.#desk.counts(days)
  }

  onChange(listener: (alert: ShownAlert, change: AlertChange) => void): () => void {
    return this.#desk.onChange((alert, change) => listener(this.#shown(alert), change))
  }

  readonly #shown = (alert: AlertRecord): ShownAlert => ({
    ...alert,
    notices: this.#notices.given(alert.eventId),
  })
}
