/**
 * The thread in which a change is tried while somebody still types: the drawing goes into the text, the loader reads it,
 * the lines are compared. A secret that stands in the text does not leave it: what goes back is what may be shown.
 *
 *     ◀─ {id, file, before, change} ─▶ checked {id, faults, warnings, diff} │ refused {id, code, values}
 */
import { parentPort } from 'node:worker_threads'
import { lineDiff } from './config-diff.ts'
import { withDrawing } from './config-edit.ts'
import { tryConfig } from './config-trial.ts'
import type { Drawing } from './http/place-views.ts'
import { assert } from './kit/assert.ts'
import type { FaultCode } from './kit/catalogue.ts'
import { type Fault, type FaultValues, isFault } from './kit/errors.ts'

export type ConfigChange = { readonly text: string } | { readonly camera: string; readonly drawing: Drawing }

export interface PlainFault {
  readonly code: FaultCode
  readonly values: FaultValues
}

export interface CheckTask {
  readonly id: number
  readonly file: string
  readonly before: string
  readonly change: ConfigChange
}

export type CheckAnswer =
  | {
      readonly kind: 'checked'
      readonly id: number
      readonly faults: readonly PlainFault[]
      readonly warnings: readonly PlainFault[]
      readonly diff: readonly string[]
    }
  | ({ readonly kind: 'refused'; readonly id: number } & PlainFault)

const port = parentPort
assert(port !== null, 'the check runs in a thread')
port.on('message', (task: CheckTask) => port.postMessage(answerTo(task)))

function answerTo({ id, file, before, change }: CheckTask): CheckAnswer {
  try {
    const text = 'text' in change ? change.text : withDrawing(before, change.camera, change.drawing)
    const { faults, warnings } = tryConfig(file, text, 'checked')
    const diff = lineDiff(before, text)
    return { kind: 'checked', id, faults: faults.map(plain), warnings: warnings.map(plain), diff }
  } catch (error) {
    if (isFault(error)) return { kind: 'refused', id, ...plain(error) }
    throw error // Our own bug: it ends the thread, and whoever waits hears of it.
  }
}

const plain = ({ code, values }: Fault): PlainFault => ({ code, values })
