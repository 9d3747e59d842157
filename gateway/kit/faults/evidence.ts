/** Faults of: evidence. */
import { entry } from './entry.ts'

export const EVIDENCE_FAULTS = {
  STORAGE_FULL: entry(
    [
      'There is no room for evidence at {path} ({reason}).',
      'Nothing is deleted; new footage is refused until there is room.',
      'Free space on that disk, or move storage.folder to a larger one.',
    ],
    [
      '{path} 没有空间存放证据（{reason}）。',
      '不会删除任何内容；在腾出空间之前拒绝写入新的影像。',
      '请清理该磁盘，或将 storage.folder 移至更大的磁盘。',
    ],
  ),
  EVIDENCE_NOT_KEPT: entry(
    [
      'Evidence of {event} could not be kept: {what} ({reason}).',
      'The alert goes out all the same; without a package it says EVIDENCE_INCOMPLETE.',
      'Check the disk that storage.folder lies on.',
    ],
    [
      '事件 {event} 的证据未能保存：{what}（{reason}）。',
      '告警仍会发出；没有证据包时标注 EVIDENCE_INCOMPLETE。',
      '请检查 storage.folder 所在磁盘。',
    ],
  ),
  FILM_CHANGED: entry(
    [
      'Recording {recording} cannot join the evidence of an act: {reason}.',
      'The link stays, without a package; it is tried again at the next start.',
      'Compare the file with the hash of the register; if it differs, find out who changed it, and keep both.',
    ],
    [
      '执法记录 {recording} 不能并入证据：{reason}。',
      '关联保留，但不生成证据包；下次启动时再试。',
      '请将文件与登记的哈希比对；如不一致，请查明改动来源并保留现状。',
    ],
  ),
  EVIDENCE_TORN: entry(
    [
      'The original {file} of {eventId} is incomplete; the box stopped while it was written, or the disk changed it.',
      'It is kept in the torn folder, named as missing in the package, and never sealed as whole.',
      'If this repeats without power cuts, check the disk.',
    ],
    [
      '{eventId} 的原始文件 {file} 不完整：写入时设备停止，或磁盘内容发生了变化。',
      '该文件移入 torn 目录，在证据包中列为缺失，绝不作为完整文件封存。',
      '若未断电而反复出现，请检查磁盘。',
    ],
  ),
  STILL_UNDECODABLE: entry(
    [
      'No picture could be decoded from {file} ({reason}).',
      'The original is sealed without derived pictures, and the package says so.',
      'Check that ffmpeg can decode this camera, and whether its stream is damaged.',
    ],
    [
      '无法从 {file} 解码出画面（{reason}）。',
      '原始文件照常封存，不含派生图片，证据包中已注明。',
      '请检查 ffmpeg 能否解码该摄像机，以及码流是否损坏。',
    ],
  ),
  EVIDENCE_UNREADABLE: entry(
    [
      'The evidence package {packageId} cannot be read ({reason}).',
      'It is left as it is.',
      'Run `lushao verify` on it to see what was changed.',
    ],
    [
      '证据包 {packageId} 无法读取（{reason}）。',
      '保持原样，不作改动。',
      '请用 `lushao verify` 查看其被改动之处。',
    ],
  ),
  CHAIN_HEAD_LOST: entry(
    [
      'The record of the chain of packages was lost.',
      'The chain goes on from package {packageId}, number {sequence}, the newest found on disk.',
      'Compare with the packages the platform received; check who had access to the disk.',
    ],
    [
      '证据链的记录文件丢失。',
      '从磁盘上最新的证据包 {packageId}（第 {sequence} 号）继续。',
      '请与平台已收到的证据包核对，并查明谁接触过该磁盘。',
    ],
  ),
  KEY_MISSING: entry(
    [
      'The signing key {file} cannot be used ({reason}).',
      'Nothing is sealed until there is a key.',
      'Restore the key from its backup, or make one with `lushao keys init` on a fresh box.',
    ],
    [
      '签名密钥 {file} 无法使用（{reason}）。',
      '在有可用密钥之前不封存任何证据包。',
      '请从备份恢复密钥；新设备可执行 `lushao keys init` 生成。',
    ],
  ),
  KEY_EXPOSED: entry(
    [
      'The signing key {file} can be read by other accounts.',
      'It is not used.',
      'Run `chmod 600` on it, find out who could read it, and consider `lushao keys rotate`.',
    ],
    [
      '签名密钥 {file} 可被其他账户读取。',
      '不使用该密钥。',
      '请执行 `chmod 600`，查明谁可能读取过，并考虑 `lushao keys rotate`。',
    ],
  ),
  KEY_EXISTS: entry(
    [
      'There is a signing key in {folder} already.',
      'It was left as it is.',
      'Use `lushao keys rotate` to replace it.',
    ],
    ['{folder} 中已有签名密钥。', '保持不变。', '如需更换，请使用 `lushao keys rotate`。'],
  ),
  CUSTODY_BROKEN: entry(
    [
      'Entry {entry} of the custody log was changed, removed or put in.',
      'The log is left as it is; entries after it are still added.',
      'Keep a copy of the store, find out who had access to the disk, and compare with exports made before.',
    ],
    [
      '保管记录第 {entry} 条被改动、删除或插入。',
      '记录保持原样，之后的条目继续追加。',
      '请备份存储文件，查明谁接触过磁盘，并与此前导出的记录比对。',
    ],
  ),
  TSA_UNREACHABLE: entry(
    [
      'The time-stamping authority {url} did not answer ({reason}).',
      'Packages go without a token until one does; they are asked for again and again, also after days.',
      'Check the network and evidence.timestamp.authorities; a second authority may be named there.',
    ],
    [
      '时间戳机构 {url} 没有应答（{reason}）。',
      '证据包暂无时间戳令牌；将反复申请，断网数日后亦然。',
      '请检查网络和 evidence.timestamp.authorities；其中可再配置一家机构。',
    ],
  ),
  TSA_REFUSED: entry(
    [
      'What the time-stamping authority {url} answered is no token for this package ({reason}).',
      'It is not kept; the next authority is asked, or this one again later.',
      'Check policy and caFile in evidence.timestamp.authorities, and ask the authority.',
    ],
    [
      '时间戳机构 {url} 的应答不能作为本包的令牌（{reason}）。',
      '不予保存；改向下一家机构申请，或稍后重试。',
      '请检查 evidence.timestamp.authorities 中的 policy 与 caFile，并联系该机构。',
    ],
  ),
  SM2_UNAVAILABLE: entry(
    [
      'This machine cannot make an SM2 key ({reason}).',
      'The gateway does not start, rather than sealing without the second signature that was asked for.',
      'Use a Node.js whose OpenSSL has SM2, as those of nodejs.org do, or set evidence.sm2 to false.',
    ],
    [
      '本机无法生成 SM2 密钥（{reason}）。',
      '网关不启动，以免在缺少所要求的第二签名时封存。',
      '请使用 OpenSSL 带有 SM2 的 Node.js（nodejs.org 的版本即可），或将 evidence.sm2 设为 false。',
    ],
  ),
  KEY_UNKNOWN: entry(
    [
      'This box never had a key {keyId}.',
      'Nothing was revoked.',
      'Run `lushao keys export` to see the ids of its keys.',
    ],
    ['本机从未有过密钥 {keyId}。', '未作吊销。', '请执行 `lushao keys export` 查看本机密钥编号。'],
  ),
  KEY_IN_USE: entry(
    [
      'Key {keyId} is the one this box signs with.',
      'It was not revoked: there would be no key left to say so.',
      'Run `lushao keys rotate`, restart the gateway, then revoke the old key.',
    ],
    [
      '密钥 {keyId} 正在使用。',
      '未作吊销：否则再无密钥可为吊销声明签名。',
      '请先执行 `lushao keys rotate` 并重启网关，再吊销旧密钥。',
    ],
  ),
}
