/** Faults of: evidence on its way to the platform, and fetched from the box. */
import { entry } from './entry.ts'

export const DELIVERY_FAULTS = {
  DELIVERY_UNREACHABLE: entry(
    [
      'Evidence cannot be delivered to {url} ({reason}).',
      'It stays in the queue and is resumed from where it broke off; the next try is in {waitSec} s.',
      'Check the line, the address in delivery.url, and its certificate (delivery.ca).',
    ],
    [
      '证据无法送达 {url}（{reason}）。',
      '证据保留在队列中，从中断处续传；{waitSec} 秒后重试。',
      '请检查线路、delivery.url 的地址及其证书（delivery.ca）。',
    ],
  ),
  DELIVERY_UNAUTHORISED: entry(
    [
      'The platform at {url} does not accept the credential for evidence ({reason}).',
      'All evidence is kept and tried again in {waitSec} s.',
      'Put a valid token into delivery.token and restart.',
    ],
    [
      '平台 {url} 不接受证据上传凭据（{reason}）。',
      '全部证据保留，{waitSec} 秒后重试。',
      '请在 delivery.token 中填入有效令牌并重启。',
    ],
  ),
  DELIVERY_FAR_END_FULL: entry(
    [
      'The platform at {url} has no room for evidence ({reason}).',
      'All evidence is kept and tried again in {waitSec} s.',
      'Ask the platform to make room; watch the disk of the box meanwhile.',
    ],
    [
      '平台 {url} 没有空间接收证据（{reason}）。',
      '全部证据保留，{waitSec} 秒后重试。',
      '请平台腾出空间，其间注意本机磁盘。',
    ],
  ),
  DELIVERY_UNENCRYPTED: entry(
    [
      'Evidence is sent to {url} without encryption.',
      'It goes all the same.',
      'Use an https address, or a tunnel that ends on this machine.',
    ],
    ['证据以未加密方式发送至 {url}。', '仍照常发送。', '请使用 https 地址，或以本机为终点的加密隧道。'],
  ),
  DELIVERY_BACKLOG: entry(
    [
      '{owed} evidence packages wait for the platform, the oldest for {ageHours} h.',
      'Nothing is dropped.',
      'Look at the fault before this one, at the bandwidth, and at delivery.hours and delivery.kibPerSecMax.',
    ],
    [
      '有 {owed} 个证据包等待送达平台，最久的已等待 {ageHours} 小时。',
      '不会丢弃任何内容。',
      '请查看此前的故障、带宽，以及 delivery.hours 与 delivery.kibPerSecMax。',
    ],
  ),
  EVIDENCE_REFUSED: entry(
    [
      'The platform does not accept {path} of package {packageId}, {times} times by now ({reason}).',
      'The bytes on this box are right. They are kept and offered again later; other packages go on.',
      'Ask the platform why; it may damage what it stores.',
    ],
    [
      '平台不接受证据包 {packageId} 的 {path}，已 {times} 次（{reason}）。',
      '本机文件无误，予以保留并稍后再送；其他证据包照常发送。',
      '请向平台查明原因：其存储可能损坏数据。',
    ],
  ),
  EVIDENCE_CHANGED: entry(
    [
      'The file {path} of package {packageId} is not what was sealed.',
      'It is not sent; the package stays as it is.',
      'Run `lushao verify` on it, and check the disk and who had access to it.',
    ],
    [
      '证据包 {packageId} 的文件 {path} 与封存时不符。',
      '不予发送，证据包保持原样。',
      '请用 `lushao verify` 检查，并查明磁盘状况及接触者。',
    ],
  ),
  EVIDENCE_UNACKNOWLEDGED: entry(
    [
      'The platform has given no receipt for package {packageId}, sent {times} times.',
      'It counts as not delivered and is sent again.',
      'Check that the platform answers with evidence-received, or set delivery.statusUrl.',
    ],
    [
      '平台尚未出具证据包 {packageId} 的回执，已发送 {times} 次。',
      '视为未送达，将再次发送。',
      '请确认平台会答复 evidence-received，或设置 delivery.statusUrl。',
    ],
  ),
  EVIDENCE_UNKNOWN: entry(
    [
      'There is no evidence package {packageId} on this box.',
      'Nothing is done.',
      'Check the id; it stands in the message about the package.',
    ],
    ['本机没有证据包 {packageId}。', '不作处理。', '请核对编号，见证据包消息。'],
  ),
  RECEIPT_MISFIT: entry(
    [
      'A receipt for package {packageId} names another hash than {manifestHash}.',
      'It is refused; the package stays owed.',
      'Find out what the platform holds under this id.',
    ],
    [
      '证据包 {packageId} 的回执所列哈希不是 {manifestHash}。',
      '拒绝该回执，证据包仍为待送达。',
      '请查明平台在该编号下保存的是什么。',
    ],
  ),
  GRANT_ITEMS_UNKNOWN: entry(
    [
      'A grant was asked for what package {packageId} does not have: {items}.',
      'No grant is given.',
      'Ask for items of the package in a profile that exists.',
    ],
    [
      '请求的授权包含证据包 {packageId} 中没有的内容：{items}。',
      '不予授权。',
      '请按该包实有的条目与脱敏级别申请。',
    ],
  ),
  GRANT_REFUSED: entry(
    [
      'This grant does not open this file.',
      'Nothing is shown, and the attempt is logged.',
      'Ask for a new grant; it holds for one package and a few minutes.',
    ],
    [
      '该授权不能打开此文件。',
      '不予显示，已记录此次尝试。',
      '请重新申请授权：一次授权仅限一个证据包和几分钟。',
    ],
  ),
  GRANTS_FULL: entry(
    [
      '{count} grants to fetch evidence are open.',
      'No further one is given until some have ended.',
      'Revoke what is not used, or ask for shorter ones.',
    ],
    [
      '已有 {count} 个取证授权处于有效状态。',
      '在部分授权结束之前不再发放。',
      '请撤销不用的授权，或缩短有效期。',
    ],
  ),
} as const
