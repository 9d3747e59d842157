/**
 * CPU time and memory of a process and all its children, from /proc: what an operator pays for a camera.
 */
import { readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_SEC = 100

interface Process {
  readonly pid: number
  readonly parent: number
  readonly cpuSec: number
  readonly childrenCpuSec: number
  readonly command: string
}

/** Seconds of user and system time of the living tree, and of its ended children. */
export function treeCpuSec(rootPid: number): number {
  return treeOf(rootPid).reduce((sum, one) => sum + one.cpuSec + one.childrenCpuSec, 0)
}

/** Seconds of user and system time of this process's ended children. */
export function childrenCpuSec(): number {
  return processOf(process.pid)?.childrenCpuSec ?? 0
}

/** Proportional memory (PSS) of every process of the tree, MiB, by command name. */
export function treeMemoryMiB(rootPid: number): Map<string, number> {
  const byCommand = new Map<string, number>()
  for (const one of treeOf(rootPid)) {
    const rollup = read(`/proc/${one.pid}/smaps_rollup`)
    const kib = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0)
    byCommand.set(one.command, (byCommand.get(one.command) ?? 0) + kib / 1024)
  }
  return byCommand
}

export function loadAverage(): string {
  return read('/proc/loadavg').split(' ').slice(0, 3).join(' ')
}

export function machine(): string {
  const cpu = /model name\s*:\s*(.*)/.exec(read('/proc/cpuinfo'))?.[1] ?? 'unknown processor'
  const cores = (read('/proc/cpuinfo').match(/^processor/gm) ?? []).length
  return `${cpu}, ${cores} cores, Node ${process.version}`
}

function treeOf(rootPid: number): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? [])
  const tree = all.filter((one) => one.pid === rootPid)
  for (let i = 0; i < tree.length; i++) tree.push(...all.filter((one) => one.parent === tree[i]!.pid))
  return tree
}

function processOf(pid: number): Process | null {
  const stat = read(`/proc/${pid}/stat`)
  const close = stat.lastIndexOf(')')
  if (close < 0) return null
  const fields = stat
    .slice(close + 2)
    .split(' ')
    .map(Number)
  return {
    pid,
    parent: fields[1]!,
    command: stat.slice(stat.indexOf('(') + 1, close),
    cpuSec: (fields[11]! + fields[12]!) / TICKS_PER_SEC,
    childrenCpuSec: (fields[13]! + fields[14]!) / TICKS_PER_SEC,
  }
}

/** A process may end between being listed and being read; it then counts in its parent's ended children. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
