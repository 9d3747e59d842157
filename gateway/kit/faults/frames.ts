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
  CAMERA_MOVED: entry(
    [
      'Camera {camera} was moved since its zones were drawn: what it shows lies {across} % across and {down} % down (right and down are positive), at {zoom} % of the size.',
      'Its alerts go on and carry the limit CAMERA_MOVED, as its zones may lie wrong.',
      'Turn it back, draw its zones anew, or say on the page of camera set-up that they still fit.',
    ],
    [
      '摄像机 {camera} 自绘制区域以来已被移动：画面横向偏移 {across}%、纵向偏移 {down}%（向右、向下为正），大小为原来的 {zoom}%。',
      '其告警照常产生，并标注 CAMERA_MOVED，因区域位置可能不准。',
      '请将其复位，或重新绘制区域，或在“摄像机设置”页确认区域仍然适用。',
    ],
  ),
  CAMERA_VIEW_UNLIKE: entry(
    [
      'Camera {camera} shows nothing of what it showed when its zones were drawn.',
      'Its alerts go on and carry the limit CAMERA_MOVED, as its zones may lie wrong.',
      'Look whether it was turned away or something large stands before it; commission it anew when it is right.',
    ],
    [
      '摄像机 {camera} 的画面与绘制区域时完全不同。',
      '其告警照常产生，并标注 CAMERA_MOVED，因区域位置可能不准。',
      '请检查是否被转向或有大型物体遮挡；确认无误后请重新定标。',
    ],
  ),
}
