/** Faults of: evidence sheets and transcripts. */
import { entry } from './entry.ts'

export const SHEET_FAULTS = {
  SHEET_FONT_MISSING: entry(
    [
      'There is no typeface with Chinese for the evidence sheet ({file}).',
      'No sheet is made; the package and its check are not touched by this.',
      'Install one (`apt-get install fonts-wqy-microhei`), or name a file in evidence.sheet.fontFile.',
    ],
    [
      '缺少证据单所需的中文字体（{file}）。',
      '不生成证据单；证据包及其核验不受影响。',
      '请安装字体（`apt-get install fonts-wqy-microhei`），或在 evidence.sheet.fontFile 中指定字体文件。',
    ],
  ),
  SHEET_NOT_WHOLE: entry(
    [
      'No sheet is made of {package}: it is not as it was sealed ({reason}).',
      'The package is left as it is.',
      'Run `lushao verify` on it, and look for an unchanged copy.',
    ],
    [
      '不为 {package} 生成证据单：内容与封存时不一致（{reason}）。',
      '证据包保持原样。',
      '请用 `lushao verify` 核验，并查找未经改动的副本。',
    ],
  ),
  TRANSCRIPT_ITEM_UNKNOWN: entry(
    [
      'There is no item {item} in package {package} to write a transcript for.',
      'Nothing was recorded.',
      'Take the itemId from the package’s evidence.json.',
    ],
    [
      '证据包 {package} 中没有条目 {item}，无法记录文字说明。',
      '未作记录。',
      '请使用该包 evidence.json 中的 itemId。',
    ],
  ),
  TRANSCRIPTS_BROKEN: entry(
    [
      'The transcripts do not fit together at no. {entry}: one was changed, removed or put in from outside.',
      'Nothing is repaired; what was sealed in packages is not touched by this.',
      'Compare the store with a backup, and find out who could write to it.',
    ],
    [
      '文字说明记录在第 {entry} 条处不衔接：有记录被从外部改动、删除或插入。',
      '不作任何修复；证据包内封存的内容不受影响。',
      '请与备份比对，并查明谁能写入该数据库。',
    ],
  ),
} as const
