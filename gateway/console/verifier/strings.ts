/** Every word of the page, Chinese and English side by side. What is found is said in the words of `findings.ts`. */
const both = (zh: string, en: string) => ({ zh, en })

export type Language = 'zh' | 'en'

const STRINGS = {
  title: both('路哨证据包核验', 'Lushao evidence check'),
  lead: both(
    '检查证据包自封存以来是否有任何改动。所有检查都在本页内完成：文件不会离开这台计算机，断网也能使用。',
    'Checks whether anything in an evidence package was changed since it was sealed. All of it happens in this page: no file leaves this computer, and it works without a network.',
  ),
  language: both('English', '中文'),
  languageLabel: both('Switch to English', '切换为中文'),
  dropHere: both('把证据包目录或 ZIP 拖到这里', 'Drop package folders or a ZIP of them here'),
  chooseFolder: both('选择目录…', 'Choose a folder…'),
  chooseZip: both('选择 ZIP…', 'Choose a ZIP…'),
  trustTitle: both('设备公钥（建议填写）', 'Public key of the box (recommended)'),
  trustWhy: both(
    '向设备运营单位取得公钥（PEM）或其 SHA-256 指纹，不要取自证据包本身。不填写则只能说明证据包前后一致，不能说明是谁封存的。',
    'Get the public key (PEM) or its SHA-256 fingerprint from the operator of the box, not from the package. Without it the page can say that a package is consistent, not who sealed it.',
  ),
  keys: both('公钥或指纹', 'Public key or fingerprint'),
  chooseKey: both('读取公钥文件…', 'Read a key file…'),
  more: both(
    '更多：已吊销的公钥、时间戳机构、另行保存的清单哈希',
    'More: revoked keys, time-stamping authorities, manifest hashes kept elsewhere',
  ),
  revoked: both('已吊销的公钥（PEM）', 'Revoked public keys (PEM)'),
  authorities: both(
    '可信时间戳机构的证书（PEM）',
    'Certificates of time-stamping authorities to trust (PEM)',
  ),
  badAuthority: both('无法识别时间戳机构证书。', 'The certificate of the authority was not understood.'),
  anchors: both(
    '另行保存的清单哈希（每行一个）：每个都必须有对应的证据包',
    'Manifest hashes kept elsewhere (one a line): each must be that of a package here',
  ),
  timestamped: both('每个证据包都必须有时间戳令牌', 'Every package must have a timestamp token'),
  whole: both(
    '这是一台设备的全部证据包：序号不得有缺',
    'These are all packages of a box: no number may be missing',
  ),
  again: both('重新核验', 'Check again'),
  print: both('打印结果', 'Print the result'),
  checking: both('正在核验', 'Checking'),
  results: both('核验结果', 'Result'),
  noPackage: both(
    '其中没有证据包。请拖入以证据包编号命名的目录，或其 ZIP。',
    'There is no package in it. Drop the folder that bears the id of a package, or a ZIP of it.',
  ),
  tooMany: both('文件过多，无法核验。', 'Too many files to check.'),
  failed: both('核验未能完成：{reason}', 'The check could not be finished: {reason}'),
  badZip: both('{name} 不是可读取的 ZIP。', '{name} is no ZIP that can be read.'),
  badKey: both(
    '无法识别：{text}。应为 PEM 公钥（Ed25519）或 64 位十六进制指纹。',
    'Not understood: {text}. A PEM public key (Ed25519) or a fingerprint of 64 hex digits is needed.',
  ),
  badAnchor: both(
    '无法识别：{text}。应为 64 位十六进制哈希。',
    'Not understood: {text}. A hash of 64 hex digits is needed.',
  ),
  wholePinned: both(
    '完整。自封存以来没有任何改动，由您指定的密钥签署。',
    'Whole. Nothing was changed since it was sealed, and the key you gave signed it.',
  ),
  wholeUnpinned: both(
    '前后一致，但未核对密钥。没有发现改动；谁签署的，要用设备公钥才能确定。',
    'Consistent, but the key was not checked. No change was found; who signed it can only be told with the public key of the box.',
  ),
  changed: both('不完整或已改动：{finding}。', 'Not whole, or changed: {finding}.'),
  chainGood: both('各证据包相互衔接。', 'The packages follow one another.'),
  chainBad: both('证据链有缺失或不符', 'The chain has a gap or does not fit'),
  findings: both('发现', 'What was found'),
  item: both('对象', 'Item'),
  facts: both('基本信息', 'Facts'),
  packageId: both('证据包编号', 'Package'),
  eventId: both('事件编号', 'Event'),
  producer: both('设备', 'Box'),
  sequence: both('序号', 'Number in the chain'),
  manifestHash: both('清单哈希（SHA-256）', 'Manifest hash (SHA-256)'),
  previous: both('前一包的清单哈希', 'Manifest hash of the one before'),
  first: both('无（首包）', 'none, it is the first'),
  key: both('签名密钥编号', 'Key that signed'),
  keyPinned: both('由您指定的密钥确认', 'confirmed by the key you gave'),
  keyUnpinned: both('未核对', 'not checked'),
  keyNone: both('不可信', 'not trusted'),
  timestamp: both('时间戳', 'Timestamp'),
  tsAbsent: both('无时间戳令牌', 'no timestamp token'),
  tsFits: both('{time}，由您信任的机构“{authority}”签发', '{time}, by {authority}, whom you trust'),
  tsUntrusted: both(
    '{time}（令牌完好且属于本包，签发者自称“{authority}”；是否可信，请给出机构证书或用 openssl ts -verify 核对）',
    '{time} (the token is whole and for this package; its signer calls itself {authority}: give the authority’s certificate, or ask openssl ts -verify, whether that is so)',
  ),
  tsMisfit: both('令牌无效或不属于本包', 'the token is no valid one, or not for this package'),
  files: both('文件（{count} 个，{size}）', 'Files ({count}, {size})'),
  good: both('相符', 'good'),
  bad: both('不符', 'BAD'),
  meaning: both(
    '本结果只说明文件是否为封存时的文件，不说明违法行为是否成立；证据包是疑似行为的线索，由执法人员审核决定。',
    'This says whether the files are those that were sealed. It does not say that a violation took place: a package is a lead about a suspected act, and people decide.',
  ),
  limits: both(
    '浏览器会跟随链接，也可能看不到空目录；需要时请用 lushao verify 或 docs/verify.md 中的命令核验。',
    'A browser follows links and may not see empty folders; where that matters use lushao verify or the commands of docs/verify.md.',
  ),
  checkedAt: both('核验时间', 'Checked at'),
} as const

export type StringKey = keyof typeof STRINGS

export type Say = (key: StringKey, values?: Readonly<Record<string, string>>) => string

export function sayIn(language: Language): Say {
  return (key, values = {}) =>
    STRINGS[key][language].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}
