/**
 * A progress bar on stderr, only when that is a terminal; otherwise nothing, so that logs stay readable.
 */
import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  update(doneSec: number, totalSec: number): void
  stop(): void
}

export function progressBar(name: string): Progress {
  if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined }
  const format = `${name} {bar} {percentage}% {value}/{total} s`
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.shades_classic)
  bar.start(1, 0)
  return {
    update(doneSec, totalSec) {
      bar.setTotal(Math.max(1, Math.round(totalSec)))
      bar.update(Math.round(doneSec))
    },
    stop: () => bar.stop(),
  }
}
