/** Faults of: how long evidence is kept, how much room there is, and keeping it unreadable to thieves. */
import { entry } from './entry.ts'

const ASK_LATER_ZH = '证据保持不变。'

export const VAULT_FAULTS = {
  EVIDENCE_HELD: entry(
    [
      'Evidence of {event} is under a legal hold.',
      'Nothing of it goes, whatever its age.',
      'Two people lift the hold first, when there is no reason for it any more.',
    ],
    ['事件 {event} 的证据处于法定保全状态。', ASK_LATER_ZH, '如已无保全理由，须先由两人解除保全。'],
  ),
  EVIDENCE_OPEN: entry(
    [
      'The act {event} is not closed, or not known to this box.',
      'Its evidence stays; its time begins when it is closed.',
      'Close the alert first.',
    ],
    [
      '事件 {event} 尚未办结，或本机没有该事件记录。',
      '证据保留；办结后才开始计算保存期。',
      '请先办结该告警。',
    ],
  ),
  EVIDENCE_CASE_OPEN: entry(
    [
      'The act {event} is part of a case that is not over.',
      'Its evidence stays; its time begins at the end of the case.',
      'Wait until the case system has told that the case is closed.',
    ],
    ['事件 {event} 关联的案件尚未结案。', '证据保留；结案后才开始计算保存期。', '请等待办案系统回传结案。'],
  ),
  EVIDENCE_OWED: entry(
    [
      'The platform has not acknowledged the evidence of {event}, or it was not delivered yet.',
      'It stays until the platform has it.',
      'Check the connection to the platform and its acknowledgements.',
    ],
    [
      '平台尚未确认收到事件 {event} 的证据，或证据尚未送达。',
      '平台收到之前一直保留。',
      '请检查与平台的连接及其回执。',
    ],
  ),
  EVIDENCE_NEWEST: entry(
    [
      'The evidence of {event} is the newest of the chain.',
      'It stays until another package was sealed after it.',
      'Nothing; it goes in its time.',
    ],
    [
      '事件 {event} 的证据是证据链上最新的一包。',
      '在其后封存新的证据包之前一直保留。',
      '无需处理；到期自动清除。',
    ],
  ),
  EVIDENCE_TOO_YOUNG: entry(
    [
      'Evidence of {event} has to be kept until {until}.',
      'Nothing of it goes before.',
      'Ask again after that; the minimum of its class is the law’s.',
    ],
    [
      '事件 {event} 的证据须保存至 {until}。',
      '此前不会清除任何内容。',
      '请在该时间之后再提出；最短保存期由法律规定。',
    ],
  ),
  PURGE_REFUSED: entry(
    [
      'The evidence of {event} is not purged: {reason}.',
      'Nothing was changed.',
      'A second person, other than the first, has to agree.',
    ],
    ['未清除事件 {event} 的证据：{reason}。', '没有任何改动。', '须由另一人同意。'],
  ),
  PURGE_LOG_BROKEN: entry(
    [
      'The purge log {file} is broken at line {line}: somebody changed it.',
      'Nothing is purged any more; everything else goes on.',
      'Compare it with its backups and with the packages that the platform has; find out who had access to the disk.',
    ],
    [
      '清除日志 {file} 自第 {line} 行起链条断裂：有人改动过。',
      '不再清除任何内容；其余工作照常进行。',
      '请与备份及平台已收到的证据包核对，并查明谁接触过该磁盘。',
    ],
  ),
  RETENTION_BELOW_FLOOR: entry(
    [
      '{file}:{line} {path} is {value}: {allowed} days are asked for ({basis}).',
      'The configuration is refused.',
      'Keep it longer.',
    ],
    ['{file}:{line} {path} 为 {value}：要求 {allowed} 天（{basis}）。', '配置不予接受。', '请延长保存期。'],
  ),
  STORAGE_LOW: entry(
    [
      'There is little room left for evidence at {path} ({reason}).',
      'What is past its minimum, acknowledged and not held goes first, oldest first; nothing else does.',
      'Free space on that disk, or move storage.folder to a larger one, before footage has to be refused.',
    ],
    [
      '{path} 存放证据的空间即将不足（{reason}）。',
      '先清除已过最短保存期、平台已确认且未保全的内容，最早的优先；其余一概不动。',
      '请在开始拒绝写入影像之前清理该磁盘，或将 storage.folder 移至更大的磁盘。',
    ],
  ),
  ACCESS_HEAD_NOT_KEPT: entry(
    [
      'The head of the access log was not signed and kept in {file} ({reason}).',
      'The log itself goes on; it is tried again in ten minutes.',
      'Check the disk, and who has changed that file.',
    ],
    [
      '访问日志的链头未能签名存入 {file}（{reason}）。',
      '日志照常记录；十分钟后重试。',
      '请检查磁盘，并查明谁改动过该文件。',
    ],
  ),
  ACCESS_HEAD_MISFIT: entry(
    [
      'The signed head in line {line} of {file} is not that of the access log.',
      'Nothing was changed.',
      'Somebody has rewritten the log or the file; compare both with their backups.',
    ],
    [
      '{file} 第 {line} 行的签名链头与访问日志不符。',
      '没有任何改动。',
      '有人改写过日志或该文件；请与备份核对。',
    ],
  ),
  EVIDENCE_LOCK_BROKEN: entry(
    [
      '{file} cannot be unlocked: {reason}.',
      'Not a byte of it is shown.',
      'Somebody has changed it, or the disk has; the platform’s copy is the one to use.',
    ],
    ['{file} 无法解密：{reason}。', '不输出其中任何内容。', '文件被人改动或磁盘损坏；请使用平台上的副本。'],
  ),
  STORAGE_KEY_MISSING: entry(
    [
      'There is no storage key from {from} ({reason}).',
      'Locked evidence is not read, and none is sealed.',
      'Give the key file, mode 0600, or mend the command. Without the key, locked evidence is lost.',
    ],
    [
      '无法从 {from} 取得存储密钥（{reason}）。',
      '不读取已加密的证据，也不封存新的证据。',
      '请提供权限为 0600 的密钥文件，或修复取密钥的命令。密钥丢失则已加密的证据无法恢复。',
    ],
  ),
  STORAGE_KEY_WRONG: entry(
    [
      'Package {packageId} is locked with storage key {wanted}; the key given is {key}.',
      'It is left as it is.',
      'Give the key it was locked with; `lushao keys rotate-storage` takes packages from one key to the next.',
    ],
    [
      '证据包 {packageId} 由存储密钥 {wanted} 加密，给出的密钥为 {key}。',
      '保持原样。',
      '请给出加密时所用的密钥；更换密钥请用 `lushao keys rotate-storage`。',
    ],
  ),
  STORAGE_CIPHER_MISSING: entry(
    [
      'This Node has no {cipher} (OpenSSL {openssl}).',
      'Nothing is sealed until there is a cipher.',
      'Choose aes-256-gcm or chacha20-poly1305; SM4-GCM needs a Node with OpenSSL 3.1 or later.',
    ],
    [
      '当前 Node 不支持 {cipher}（OpenSSL {openssl}）。',
      '在有可用算法之前不封存证据。',
      '请选用 aes-256-gcm 或 chacha20-poly1305；SM4-GCM 需要 OpenSSL 3.1 及以上的 Node。',
    ],
  ),
  PURGE_CLOCK_DOUBTED: entry(
    [
      'The clock says {now}; the last look at what is past its time was at {last}.',
      'Nothing is purged for a day, in case the clock has leapt.',
      'Check the clock of the box, and that it is kept by NTP. After a long pause or an update nothing is to be done.',
    ],
    [
      '时钟显示 {now}；上次检查保存期的时间为 {last}。',
      '为防时钟跳变，一天之内不清除任何内容。',
      '请检查设备时钟及 NTP 校时。长时间停机或升级之后无需处理。',
    ],
  ),
  PURGE_FAILED: entry(
    [
      'The round of retention failed ({reason}).',
      'Nothing was removed without proof; it is tried again at the next round.',
      'Check the disk that storage.folder lies on.',
    ],
    [
      '本轮保存期清理失败（{reason}）。',
      '未留证明的内容不会被清除；下一轮重试。',
      '请检查 storage.folder 所在磁盘。',
    ],
  ),
}
