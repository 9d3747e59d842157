/** Words of redacted copies, Chinese and English side by side; part of `STRINGS`. */
const both = (zh: string, en: string) => ({ zh, en })

export const EXPORT_STRINGS = {
  'export.title': both('脱敏导出', 'Redacted copy'),
  'export.submit': both('导出', 'Export'),
  'export.working': both('正在制作 {share}%', 'Being made, {share}%'),
  'export.PUBLIC': both('对外：人脸、车辆遮挡', 'Public: heads and vehicles hidden'),
  'export.INTERNAL': both('内部：人脸遮挡', 'Internal: heads hidden'),
  'export.EVIDENCE': both('办案：仅遮挡隐私区', 'Case: privacy masks only'),
} as const
