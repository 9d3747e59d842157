/** Faults of: recordings on their way in, by upload, form or dock folder. */
import { entry } from './entry.ts'

export const INTAKE_FAULTS = {
  UPLOAD_CHECKSUM_UNKNOWN: entry(
    [
      'The checksum of a piece cannot be checked: {reason}.',
      'Nothing of the piece was taken.',
      'Send `Upload-Checksum: sha256 <base64>`; sha1 and md5 are known as well.',
    ],
    [
      '无法校验该分段：{reason}。',
      '未接收该分段。',
      '请发送 `Upload-Checksum: sha256 <base64>`，也支持 sha1 与 md5。',
    ],
  ),
  UPLOAD_CHECKSUM_WRONG: entry(
    [
      'A piece of upload {upload} is not what its {algorithm} says.',
      'The piece was not kept; the upload stands where it stood before.',
      'Send the piece again.',
    ],
    [
      '上传 {upload} 的一个分段与其 {algorithm} 不符。',
      '该分段未保留，上传停在之前的位置。',
      '请重新发送该分段。',
    ],
  ),
  UPLOAD_KNOWN: entry(
    [
      'The box has these bytes already, as recording {recording}.',
      'Not a byte needs to be sent; the recording stays as it is.',
      'Treat the upload as done.',
    ],
    ['本机已有相同内容，即执法记录 {recording}。', '无需再发送，原记录保持不变。', '请视为上传已完成。'],
  ),
  UPLOAD_OTHER_DEVICE: entry(
    [
      'The token {token} is for body-cam {bound} and was used for {device}.',
      'The upload was refused; the recording stays on the device.',
      'Use the token of that device, or one of the dock.',
    ],
    [
      '令牌 {token} 仅限记录仪 {bound}，却用于 {device}。',
      '已拒绝上传，录像保留在设备上。',
      '请使用该设备的令牌或采集站令牌。',
    ],
  ),
  UPLOAD_OVER_QUOTA: entry(
    [
      'Body-cam {device} has sent {count} recordings, {bytes} bytes, within 24 hours: its quota.',
      'The upload was refused; the recording stays on the device. Conflict incidents are taken all the same.',
      'Wait as Retry-After says, or raise http.deviceUploadsPerDay and http.deviceBytesPerDay.',
    ],
    [
      '记录仪 {device} 24 小时内已上传 {count} 段、{bytes} 字节，达到限额。',
      '已拒绝上传，录像保留在设备上。执法冲突录像不受此限。',
      '请按 Retry-After 等待，或调高 http.deviceUploadsPerDay、http.deviceBytesPerDay。',
    ],
  ),
  UPLOAD_INCIDENT_AHEAD: entry(
    [
      'Body-cam {device} uploads a conflict incident beyond a limit ({limit}).',
      'It is taken ahead of everything else.',
      'Look at this recording first.',
    ],
    ['记录仪 {device} 超出限制（{limit}）上传执法冲突录像。', '优先接收。', '请优先查看该录像。'],
  ),
  UPLOAD_TOO_LARGE: entry(
    [
      'The file is larger than {bytesMax} bytes.',
      'Nothing of it was kept; the recording stays on the device.',
      'Have the recorder cut its files, or raise http.uploadBytesMax.',
    ],
    [
      '文件大于 {bytesMax} 字节。',
      '未保留，录像仍在设备上。',
      '请设置记录仪分段，或调高 http.uploadBytesMax。',
    ],
  ),
  UPLOAD_FORM_BAD: entry(
    [
      'The form cannot be taken: {reason}.',
      'Nothing of it was kept; the recording stays on the device.',
      'Send one `file`, and the details as fields or as JSON in `details`.',
    ],
    [
      '表单无法接收：{reason}。',
      '未保留任何内容，录像仍在设备上。',
      '请提交一个 `file`，附带信息作为字段或以 JSON 放入 `details`。',
    ],
  ),
  BODYCAM_IDENTITY_CONFLICT: entry(
    [
      'Whose recording {recording} is cannot be told: {reason}.',
      'It is kept in quarantine and not analysed.',
      'Find out which is right; correct the dock’s naming or the sidecar file.',
    ],
    [
      '执法记录 {recording} 的归属无法确定：{reason}。',
      '已隔离保存，不参与分析。',
      '请核实，并修正采集站命名规则或附带文件。',
    ],
  ),
  DOCK_FOLDER_UNREADABLE: entry(
    [
      'Dock folder {folder} cannot be read ({reason}).',
      'No recording is taken from it; it is looked at again and again.',
      'Check the share, its mount and its rights.',
    ],
    ['采集站目录 {folder} 无法读取（{reason}）。', '暂不取录像，将持续重试。', '请检查共享、挂载与权限。'],
  ),
  DOCK_FILE_UNREADABLE: entry(
    [
      '{file} in dock folder {folder} cannot be taken ({reason}).',
      'It stays where it is and is tried again; this is said once.',
      'Check its rights and the disk of the dock.',
    ],
    [
      '采集站目录 {folder} 中的 {file} 无法接收（{reason}）。',
      '文件保留原处并继续重试，本消息只提示一次。',
      '请检查文件权限与采集站磁盘。',
    ],
  ),
}
