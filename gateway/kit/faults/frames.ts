/** Faults of: frames. */
import { entry } from './entry.ts'

export const FRAMES_FAULTS = {
  DECODER_LOST: entry(
    [
      'The decoder of {source} ended unexpectedly.',
      'Live: it is started again. A file: its analysis is given up.',
      'Check memory and the log; analyse the file again.',
    ],
    [
      '{source} 的解码器意外退出。',
      '实时流将自动重启解码器；文件分析将中止。',
      '请检查内存和日志；重新分析该文件。',
    ],
  ),
}
