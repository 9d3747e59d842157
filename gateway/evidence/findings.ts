/**
 * What can be wrong with a package, one code each, with a sentence in English and Chinese. `{item}` is the file, key
 * or package it is about; `{detail}` what was seen.
 */
import type { Language } from '../kit/errors.ts'

const FINDINGS = {
  NOT_A_PACKAGE: ['{item} is no evidence package ({detail})', '{item} 不是证据包（{detail}）'],
  UNREADABLE: ['{item} cannot be read ({detail})', '{item} 无法读取（{detail}）'],
  MISSING: ['{item} is missing', '缺少 {item}'],
  ADDED: ['{item} was added', '多出 {item}'],
  CHANGED: ['{item} was changed ({detail})', '{item} 已被改动（{detail}）'],
  RENAMED: ['{item} was renamed to {detail}', '{item} 被改名为 {detail}'],
  LINK: ['{item} is a link', '{item} 是链接'],
  ODD_FILE: ['{item} is no plain file', '{item} 不是普通文件'],
  EMPTY_FOLDER: ['{item} is an empty folder', '{item} 是空目录'],
  TOO_MANY: ['there are too many files ({detail})', '文件过多（{detail}）'],
  TOO_LARGE: ['{item} is too large to check ({detail})', '{item} 过大，无法校验（{detail}）'],
  MANIFEST_LINE: ['{item} has a line that is no entry: {detail}', '{item} 中有无法识别的行：{detail}'],
  MANIFEST_PATH: ['{item} names a path outside the package: {detail}', '{item} 指向包外路径：{detail}'],
  MANIFEST_TWICE: ['{item} names {detail} twice', '{item} 重复列出 {detail}'],
  MANIFESTS_DIFFER: ['{item} is not in every manifest ({detail})', '{item} 未列入全部清单（{detail}）'],
  SIGNATURE_BAD: ['the signature does not fit {item}', '签名与 {item} 不符'],
  KEY_BAD: ['{item} holds no Ed25519 public key', '{item} 不是 Ed25519 公钥'],
  KEY_WRONG: ['key {item} is none of the trusted keys', '密钥 {item} 不在可信密钥之列'],
  KEY_REVOKED: [
    'key {item} was revoked ({detail}), and neither a trusted token nor the chain shows that this is older',
    '密钥 {item} 已吊销（{detail}），且无可信令牌或证据链证明本包早于吊销',
  ],
  SM2_KEY_BAD: ['{item} holds no SM2 public key', '{item} 不是 SM2 公钥'],
  FOLDER_NAME: ['the folder is called {item}, the package is {detail}', '目录名为 {item}，包编号为 {detail}'],
  BAG_INFO: ['bag-info.txt: {item} does not fit ({detail})', 'bag-info.txt：{item} 不符（{detail}）'],
  EVIDENCE_INVALID: [
    '{item} is not a valid evidence record ({detail})',
    '{item} 不是有效的证据记录（{detail}）',
  ],
  ITEM_UNLISTED: ['{item} is not an item of evidence.json', '{item} 未列入 evidence.json'],
  ITEM_MISMATCH: ['item {item} does not fit its file ({detail})', '条目 {item} 与文件不符（{detail}）'],
  ORIGIN_BROKEN: ['item {item}: {detail}', '条目 {item}：{detail}'],
  TIMESTAMP_MISFIT: [
    'the timestamp token is not for this package ({detail}); look for the right one with whoever keeps the tokens',
    '时间戳令牌不属于本包（{detail}）；请向令牌保管方查找正确的令牌',
  ],
  TIMESTAMP_UNTRUSTED: [
    'the timestamp token is by nobody whom --tsa-ca names ({detail}); give the certificate of the agreed authority',
    '时间戳令牌的签发者不在 --tsa-ca 之列（{detail}）；请提供约定机构的证书',
  ],
  TIMESTAMP_EXPIRED: [
    'the authority’s certificate was not valid when the token was made ({detail}); the token proves no time',
    '签发令牌时机构证书不在有效期内（{detail}）；该令牌不能证明时间',
  ],
  TIMESTAMP_BROKEN: [
    '{item} is no valid timestamp token ({detail}); it was damaged, or is none; look for another copy',
    '{item} 不是有效的时间戳令牌（{detail}）；已损坏或并非令牌，请查找其他副本',
  ],
  TIMESTAMP_MISSING: ['there is no timestamp token {item}', '缺少时间戳令牌 {item}'],
  CHAIN_BROKEN: ['it does not follow {item} ({detail})', '与前一包 {item} 不衔接（{detail}）'],
  CHAIN_FORK: ['it has the same number as {item} ({detail})', '与 {item} 序号相同（{detail}）'],
  CHAIN_GAP: ['package no. {item} of {detail} is missing', '缺少 {detail} 的第 {item} 号证据包'],
  TOMBSTONE_BAD: [
    'line {item} of the purge log, about {detail}, was not signed by a trusted key',
    '清除日志第 {item} 行（{detail}）未经可信密钥签名',
  ],
  TOMBSTONE_MISFIT: [
    'no. {item} of {detail} does not follow what was purged before it, or the other way round',
    '{detail} 的第 {item} 号与清除记录不衔接',
  ],
  PURGE_LOG_BROKEN: [
    '{detail} is broken at line {item}: what stands from there on proves nothing',
    '{detail} 自第 {item} 行起链条断裂，其后内容不能作为证明',
  ],
  CHAIN_HEAD: [
    'the newest package should be {item} ({detail}), which is missing or another',
    '最新的证据包应为 {item}（{detail}），现已缺失或被替换',
  ],
  CHAIN_CUT: [
    'package no. {item} was published as the newest ({detail}) and is missing: the chain was cut at its end',
    '第 {item} 号证据包曾作为最新一包公布（{detail}），现已缺失：证据链末端被截去',
  ],
  CHAIN_REWRITTEN: [
    'package no. {item} is another one than was published ({detail}): the chain was rewritten',
    '第 {item} 号证据包与所公布的不同（{detail}）：证据链被重写',
  ],
  HEAD_BAD: [
    'line {item} of the published heads cannot be relied on ({detail})',
    '公布的链头第 {item} 行不可信（{detail}）',
  ],
  CHAIN_RECORD_BAD: ['{item} cannot be read', '{item} 无法读取'],
  CHAIN_ANCHOR: [
    'no package here has the manifest hash {item} that was kept elsewhere',
    '没有证据包与另行保存的清单哈希 {item} 相符',
  ],
} as const satisfies Record<string, readonly [en: string, zh: string]>

export type FindingCode = keyof typeof FINDINGS

export interface Finding {
  readonly code: FindingCode
  readonly item: string
  readonly detail: string
}

/** Names come from bags of unknown making: control characters never reach a terminal. */
export function findingText({ code, item, detail }: Finding, language: Language): string {
  const values: Record<string, string> = { item: plain(item), detail: plain(detail) }
  return FINDINGS[code][language === 'zh' ? 1 : 0].replace(
    /\{(\w+)\}/g,
    (_, name: string) => values[name] ?? '',
  )
}

/** The most telling first: a changed picture says more than the sum of bytes that no longer fits. */
export function mostTelling(findings: readonly Finding[]): Finding | undefined {
  return findings.toSorted((a, b) => weight(a.code) - weight(b.code))[0]
}

function weight(code: FindingCode): number {
  const order: FindingCode[] = ['KEY_WRONG', 'KEY_REVOKED', 'RENAMED', 'CHANGED', 'MISSING', 'ADDED', 'LINK']
  const at = order.indexOf(code)
  return at < 0 ? (code === 'BAG_INFO' ? order.length + 1 : order.length) : at
}

function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, 240)
}
