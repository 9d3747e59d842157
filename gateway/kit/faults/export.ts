/** Faults of: redacted exports. */
import { entry } from './entry.ts'

export const EXPORT_FAULTS = {
  EXPORT_UNDECODABLE: entry(
    [
      '{file} does not decode cleanly ({reason}).',
      'It is left out of the export, which says so; nothing unredacted goes instead.',
      'Export it as the sealed package to whoever may see originals, or check the stream of this camera.',
    ],
    [
      '{file} 无法完整解码（{reason}）。',
      '导出中不含该文件并已注明；绝不以未脱敏内容代替。',
      '可将封存的证据包交给有权查看原件的人员，或检查该摄像机码流。',
    ],
  ),
  EXPORT_ORIGINAL_CHANGED: entry(
    [
      'The original {file} is not what was sealed ({reason}).',
      'It is left out of the export, which says so.',
      'Run `lushao verify` on the package.',
    ],
    [
      '原始文件 {file} 与封存时不一致（{reason}）。',
      '导出中不含该文件并已注明。',
      '请对该证据包运行 `lushao verify`。',
    ],
  ),
  EXPORT_NO_DETECTOR: entry(
    [
      'No detector looked at the footage of {packageId} ({reason}).',
      'A person who never moves cannot be told from a lamp post, so all that moves is hidden and the rest is shown in large cells only.',
      'Set `model.file` to a detector of people and vehicles, then export again.',
    ],
    [
      '没有检测器查看 {packageId} 的影像（{reason}）。',
      '始终不动的人无法与灯杆区分，因此运动部分全部遮挡，其余仅以粗格显示。',
      '请将 `model.file` 设为能检出人和车辆的模型，然后重新导出。',
    ],
  ),
  EXPORT_QUEUE_FULL: entry(
    [
      '{waiting} exports wait already.',
      'This one was not begun.',
      'Ask again in some minutes; exports are made one at a time so that cameras keep their share.',
    ],
    ['已有 {waiting} 个导出在等待。', '本次未开始。', '请几分钟后再试；为不影响摄像机分析，导出逐个进行。'],
  ),
  EXPORT_TARGET_EXISTS: entry(
    [
      '{path} is there already.',
      'Nothing was written.',
      'Give another --out, or move what lies there: an export replaces nothing.',
    ],
    ['{path} 已存在。', '未写入任何内容。', '请更换 --out，或移走原有内容：导出不覆盖任何文件。'],
  ),
} as const
