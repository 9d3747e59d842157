/**
 * Who looked at or took what, and why, as the public-video regulation wants it logged (公共安全视频图像信息系统管理条例
 * Art. 16: reason, content, unit, name; Art. 20: the order of a state organ).
 */
import { csvOf } from '../alerts/report-files.ts'
import type { Language } from '../kit/errors.ts'
import { type AccessEntry, RETRIEVALS } from './access-log.ts'

const COLUMNS: readonly (readonly [key: keyof AccessEntry, zh: string, en: string])[] = [
  ['entry', '序号', 'entry'],
  ['at', '时间', 'time'],
  ['actor', '查阅（调取）人', 'who'],
  ['requester', '代何人', 'on whose behalf'],
  ['role', '身份', 'role'],
  ['unit', '单位', 'unit'],
  ['action', '方式', 'how'],
  ['object', '内容', 'what'],
  ['purpose', '事由', 'reason'],
  ['orderRef', '调取文书号', 'order'],
  ['outcome', '结果', 'outcome'],
  ['address', '来源地址', 'from address'],
  ['hash', '链值', 'hash'],
]

export const isRetrieval = ({ action }: AccessEntry): boolean => RETRIEVALS.includes(action)

export function retrievalCsv(entries: Iterable<AccessEntry>, language: Language): string {
  const rows = [...entries].filter(isRetrieval).map((entry) => COLUMNS.map(([key]) => entry[key] ?? ''))
  return csvOf([COLUMNS.map(([, zh, en]) => (language === 'zh' ? zh : en)), ...rows])
}
