/** Faults of: streams. */
import { entry } from './entry.ts'

export const STREAMS_FAULTS = {
  FFMPEG_MISSING: entry(
    [
      'ffmpeg was not found.',
      'Nothing can be read or decoded without it.',
      'Install it, for example `apt-get install ffmpeg`.',
    ],
    ['未找到 ffmpeg。', '没有它无法读取或解码视频。', '请安装，例如 `apt-get install ffmpeg`。'],
  ),
  FFMPEG_TOO_OLD: entry(
    ['ffmpeg {version} is too old; {wanted} is needed.', 'It is not used.', 'Install a newer ffmpeg.'],
    ['ffmpeg {version} 版本过旧，需要 {wanted}。', '不会使用它。', '请安装较新的 ffmpeg。'],
  ),
  STREAM_MALFORMED: entry(
    [
      'The media stream is malformed ({reason}).',
      'The connection is opened anew.',
      'If it repeats, check the source of the video.',
    ],
    ['媒体流格式有误（{reason}）。', '将重新建立连接。', '若反复出现，请检查视频来源。'],
  ),
  CAMERA_UNREACHABLE: entry(
    [
      'Camera {camera} cannot be reached ({reason}).',
      'It is tried again with growing waits.',
      'Check its power, cable and address.',
    ],
    ['无法连接摄像机 {camera}（{reason}）。', '将以逐渐增大的间隔重试。', '请检查其电源、网线和地址。'],
  ),
  CAMERA_REFUSED: entry(
    [
      'Camera {camera} refused the user or password.',
      'It is tried again with long waits, so that it does not lock the account.',
      'Check user and password in its url.',
    ],
    [
      '摄像机 {camera} 拒绝了用户名或密码。',
      '将以较长间隔重试，以免账户被锁定。',
      '请检查其 url 中的用户名和密码。',
    ],
  ),
  CAMERA_NOT_FOUND: entry(
    [
      'Camera {camera} answers, but has no stream at this path.',
      'It is tried again with growing waits.',
      'Check the path in its url.',
    ],
    ['摄像机 {camera} 有应答，但该路径下没有视频流。', '将以逐渐增大的间隔重试。', '请检查其 url 中的路径。'],
  ),
  CAMERA_TRANSPORT: entry(
    [
      'Camera {camera} does not offer this transport.',
      'It is tried again with growing waits.',
      'Set transport to the other of tcp and udp.',
    ],
    [
      '摄像机 {camera} 不支持该传输方式。',
      '将以逐渐增大的间隔重试。',
      '请将 transport 改为 tcp 或 udp 中的另一种。',
    ],
  ),
  CAMERA_NOT_VIDEO: entry(
    [
      'Camera {camera} sends no video that can be used ({reason}).',
      'It is tried again with growing waits.',
      'Set the camera to H.264 or H.265.',
    ],
    [
      '摄像机 {camera} 未发送可用的视频（{reason}）。',
      '将以逐渐增大的间隔重试。',
      '请将摄像机编码设为 H.264 或 H.265。',
    ],
  ),
  CAMERA_STALLED: entry(
    [
      'Camera {camera} sent nothing for {seconds} s.',
      'It is connected anew.',
      'If it repeats, check the network and the load of the camera.',
    ],
    ['摄像机 {camera} 已 {seconds} 秒未发送数据。', '将重新连接。', '若反复出现，请检查网络和摄像机负载。'],
  ),
  CAMERA_CLOSED: entry(
    [
      'Camera {camera} ended the stream.',
      'It is connected anew.',
      'If it repeats, check whether the camera restarts or serves too many viewers.',
    ],
    ['摄像机 {camera} 结束了视频流。', '将重新连接。', '若反复出现，请检查摄像机是否重启或连接数过多。'],
  ),
  CAMERA_CHANGED: entry(
    [
      'Camera {camera} changed its picture size, its coding or its clock.',
      'It is connected anew.',
      'Nothing needs to be done.',
    ],
    ['摄像机 {camera} 更改了画面尺寸、编码或时钟。', '将重新连接。', '无需处理。'],
  ),
  CAMERA_URL_REFUSED: entry(
    [
      'This address of a camera is not taken: {reason}.',
      'Nobody was asked.',
      'Write it as rtsp://host/path, without user and password.',
    ],
    ['该摄像机地址不被接受：{reason}。', '未发起连接。', '请写成 rtsp://主机/路径，不含用户名和密码。'],
  ),
  CAMERA_ADDRESS_REFUSED: entry(
    [
      '{host} is {address}, which is this machine, its neighbourhood or a service of its own, and no camera.',
      'Nobody was asked.',
      'Correct the address; a camera that really is there is allowed by cameraSetup.addressesAllowed.',
    ],
    [
      '{host} 指向 {address}，属于本机、链路本地或内部服务地址，不是摄像机。',
      '未发起连接。',
      '请更正地址；若摄像机确在该处，请在 cameraSetup.addressesAllowed 中放行。',
    ],
  ),
  CAMERA_REDIRECTS: entry(
    [
      'Camera {camera} sends whoever asks to another address.',
      'It is not followed.',
      'Give the address itself that it names.',
    ],
    ['摄像机 {camera} 要求转到其他地址。', '不予跟随。', '请直接填写其最终地址。'],
  ),
  CAMERA_SILENT: entry(
    [
      'Camera {camera} answers, but sent no picture within {seconds} s.',
      'Nothing could be measured.',
      'Check whether it is still starting, serves too many viewers, or needs the other transport.',
    ],
    [
      '摄像机 {camera} 有应答，但 {seconds} 秒内没有发送画面。',
      '无法测量。',
      '请检查其是否仍在启动、连接数是否过多，或改用另一种传输方式。',
    ],
  ),
  CAMERA_GOP_LONG: entry(
    [
      'Camera {camera} sends a key picture every {seconds} s.',
      'On patrol only key pictures are looked at: what is shorter is not seen, and live view waits as long.',
      'Set its key picture interval (GOP, I frame) to {wanted} s.',
    ],
    [
      '摄像机 {camera} 每 {seconds} 秒才有一个关键帧。',
      '巡视时只分析关键帧，更短的情况看不到，实时画面也需等待同样时间。',
      '请将其关键帧间隔（GOP、I 帧）设为 {wanted} 秒。',
    ],
  ),
  CAMERA_CODEC_UNPLAYABLE: entry(
    [
      'Camera {camera} codes as {codec}, which many browsers do not play.',
      'It is analysed and its evidence kept all the same; live view and clips may stay dark in the console.',
      'Set it to H.264, or use a browser that plays {codec}.',
    ],
    [
      '摄像机 {camera} 的编码为 {codec}，许多浏览器无法播放。',
      '分析和证据留存不受影响，但控制台的实时画面和视频可能无法显示。',
      '请将其设为 H.264，或使用支持 {codec} 的浏览器。',
    ],
  ),
  CAMERA_TIMES_ODD: entry(
    [
      'The times that camera {camera} writes are not in order: {reason}.',
      'Its pictures are placed by the clock of the box.',
      'Set its clock by a time server; look whether the network loses packets.',
    ],
    [
      '摄像机 {camera} 的时间戳不正常：{reason}。',
      '画面时间以本机时钟为准。',
      '请为其配置校时服务器，并检查网络是否丢包。',
    ],
  ),
  CAMERA_PROBE_BUSY: entry(
    ['Another camera is being asked what it offers.', 'Nothing was begun.', 'Try again in half a minute.'],
    ['正在探测另一台摄像机。', '本次未执行。', '请半分钟后再试。'],
  ),
  FILE_EMPTY: entry(
    ['The file {path} is empty.', 'It is skipped.', 'Copy it again from where it was recorded.'],
    ['文件 {path} 为空。', '已跳过。', '请从录制设备重新拷贝。'],
  ),
  FILE_NOT_VIDEO: entry(
    [
      'The file {path} is no video that can be read ({reason}).',
      'It is skipped.',
      'Check that it is the right file and was copied whole.',
    ],
    ['文件 {path} 不是可读取的视频（{reason}）。', '已跳过。', '请确认文件正确且拷贝完整。'],
  ),
  FILE_NO_VIDEO_TRACK: entry(
    ['The file {path} holds no video track.', 'It is skipped.', 'Check that it is the right file.'],
    ['文件 {path} 中没有视频轨道。', '已跳过。', '请确认文件是否正确。'],
  ),
  FILE_UNFINISHED: entry(
    [
      'The file {path} was never finished by its recorder (its index is missing).',
      'It is skipped.',
      'Copy it again from the device, or have its maker repair it.',
    ],
    ['文件 {path} 录制未正常结束（缺少索引）。', '已跳过。', '请从设备重新拷贝，或请厂商修复。'],
  ),
  FILE_TRUNCATED: entry(
    [
      'The file {path} ends after {readSec} s of {declaredSec} s.',
      'What is there was analysed.',
      'Copy it again from where it was recorded.',
    ],
    [
      '文件 {path} 应有 {declaredSec} 秒，实际只到 {readSec} 秒。',
      '已分析现有部分。',
      '请从录制设备重新拷贝。',
    ],
  ),
  FILE_UNDECODABLE: entry(
    [
      'No picture of the file {path} could be decoded ({reason}).',
      'It is skipped.',
      'Try to play it elsewhere; copy it again.',
    ],
    ['文件 {path} 没有任何画面能被解码（{reason}）。', '已跳过。', '请尝试用其他软件播放，或重新拷贝。'],
  ),
  LIVE_CONVERSION_FAILED: entry(
    [
      'The live view of camera {camera} could not be converted ({reason}).',
      'It is tried again a few times; analysis and evidence do not depend on it.',
      'Look at it in a browser that plays the camera’s codec, or set the camera to H.264.',
    ],
    [
      '摄像机 {camera} 的实时画面转码失败（{reason}）。',
      '将再尝试几次；分析与证据不受影响。',
      '请使用能播放该编码的浏览器，或将摄像机设为 H.264。',
    ],
  ),
  LIVE_CONVERSIONS_FULL: entry(
    [
      'No more than {max} cameras are converted for browsers at once.',
      'The live view of this camera is not shown; analysis and evidence do not depend on it.',
      'Close another converted view, or set the camera to H.264, which needs no conversion.',
    ],
    [
      '同时最多为浏览器转码 {max} 路摄像机。',
      '该摄像机的实时画面暂不显示；分析与证据不受影响。',
      '请关闭另一路转码画面，或将摄像机设为无需转码的 H.264。',
    ],
  ),
}
