/**
 * Where people look at cameras: the film as the camera sends it, or converted for browsers that cannot play it.
 *
 *     own   ─▶ LiveView of the camera
 *     mpeg1 ─▶ Mpeg1View of the camera, begun by the first and ended by the last viewer; a few at once
 */
import type { LiveSource, LiveViewer, LiveWay } from './http/views.ts'
import { fault } from './kit/errors.ts'
import type { Log } from './kit/log.ts'
import type { LiveView } from './streams/live.ts'
import { Mpeg1View } from './streams/mpeg1.ts'

export interface LiveRoomParts {
  /** null: no such camera. */
  readonly viewOf: (cameraId: string) => LiveView | null
  readonly options: { readonly liveConversionsMax: number }
  readonly log: Log
}

export class LiveRoom implements LiveSource {
  readonly #parts: LiveRoomParts
  readonly #converted = new Map<string, Mpeg1View>()

  constructor(parts: LiveRoomParts) {
    this.#parts = parts
  }

  attach(cameraId: string, way: LiveWay, viewer: LiveViewer): (() => void) | null {
    const live = this.#parts.viewOf(cameraId)
    if (live === null) return null
    return way === 'own' ? live.attach(viewer) : this.#convertedOf(cameraId, live).attach(viewer)
  }

  close(): void {
    for (const view of [...this.#converted.values()]) view.close()
  }

  #convertedOf(cameraId: string, live: LiveView): Mpeg1View {
    const known = this.#converted.get(cameraId)
    if (known !== undefined) return known
    const { options, log } = this.#parts
    const max = options.liveConversionsMax
    if (this.#converted.size >= max) throw fault('LIVE_CONVERSIONS_FULL', { max })
    const onEmpty = () => this.#converted.delete(cameraId)
    const view = new Mpeg1View({ cameraId, live, log, onEmpty })
    this.#converted.set(cameraId, view)
    return view
  }
}
