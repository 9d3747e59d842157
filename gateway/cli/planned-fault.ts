/**
 * Faults of a simulated peer, on the command line, each with its time.
 *
 *     stall@20      from the twentieth second on      stall@20-35   until the thirty-fifth      loss=0.02   always
 */
import { usage } from './program.ts'

export type Faults<Peer> = Readonly<
  Record<string, (peer: Peer, on: boolean, value: number) => void | Promise<void>>
>

export interface PlannedFault {
  readonly name: string
  readonly value: number
  readonly fromSec: number
  readonly toSec: number | undefined
}

export const FAULT_GRAMMAR = 'NAME[=VALUE][@FROM[-TO]] in seconds'

/** @param usual values of faults that are given none */
export function parseFault<Peer>(
  command: string,
  text: string,
  faults: Faults<Peer>,
  usual: Readonly<Record<string, number>>,
): PlannedFault {
  const [, name = '', value, from, to] =
    /^([a-z-]+)(?:=(-?[\d.]+))?(?:@([\d.]+)(?:-([\d.]+))?)?$/.exec(text) ?? []
  if (!Object.hasOwn(faults, name)) {
    throw usage(command, `--fault ${text} is none of ${Object.keys(faults).join(', ')}`)
  }
  return {
    name,
    value: Number(value ?? usual[name] ?? 0),
    fromSec: Number(from ?? 0),
    toSec: to === undefined ? undefined : Number(to),
  }
}

export function plan<Peer>(
  peer: Peer,
  faults: Faults<Peer>,
  { name, value, fromSec, toSec }: PlannedFault,
): NodeJS.Timeout[] {
  const turn = (on: boolean) => () => void faults[name]!(peer, on, value)
  const begin = setTimeout(turn(true), fromSec * 1000)
  return toSec === undefined ? [begin] : [begin, setTimeout(turn(false), toSec * 1000)]
}
