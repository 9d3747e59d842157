/** Words of body-cam recordings that belong to an alert. */
const both = (zh: string, en: string) => ({ zh, en })

export const FILM_STRINGS = {
  'films.title': both('执法记录', 'Body-cam recordings'),
  'films.part': both('录像内 {from} 至 {to}', '{from} to {to} into the film'),
  'films.score': both('相符程度 {score}', 'fits by {score}'),
  'films.by': both('由 {by} 认定', 'said by {by}'),
  'films.reason': both('理由', 'Reason'),
  'films.link': both('关联', 'Link'),
  'films.unlink': both('取消关联', 'Unlink'),
  'films.suggested': both('设备不作判断的，由人员认定。', 'What the box leaves open, a person decides.'),
  'link.LINKED': both('已关联', 'linked'),
  'link.SUGGESTED': both('建议关联', 'suggested'),
  'link.UNLINKED': both('已取消', 'unlinked'),
} as const
