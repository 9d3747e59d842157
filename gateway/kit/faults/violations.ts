/** Faults of: violations. */
import { entry } from './entry.ts'

export const VIOLATIONS_FAULTS = {
  MEMORY_UNUSABLE: entry(
    [
      'The saved state {path} cannot be used ({reason}).',
      'The camera starts fresh and learns its background.',
      'Acts that were only suspected begin anew; nothing to do.',
    ],
    [
      '保存的状态 {path} 无法使用（{reason}）。',
      '该摄像机重新开始并学习背景。',
      '尚在疑似阶段的行为将重新计时，无需处理。',
    ],
  ),
  MEMORY_NOT_SAVED: entry(
    [
      'The state of a camera could not be saved to {path} ({reason}).',
      'The camera goes on; saving is tried again.',
      'Check the disk: after a crash the acts of the last seconds would begin anew.',
    ],
    [
      '摄像机状态未能保存到 {path}（{reason}）。',
      '摄像机继续工作，并会再次保存。',
      '请检查磁盘：若此时崩溃，最近几秒的疑似行为将重新计时。',
    ],
  ),
}
