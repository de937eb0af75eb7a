/* The visitor's words.  Few enough to carry all three languages along. */
const en = {
  title: 'Chat',
  online: 'We are here',
  away: 'We will answer as soon as we can',
  close: 'Close the chat',
  messages: 'Messages',
  write: 'Write a message…',
  send: 'Send',
  attach: 'Attach a file',
  sending: 'Sending…',
  waiting: 'Waiting for the connection…',
  sent: 'Sent',
  seen: 'Seen',
  failed: 'Not sent.',
  retry: 'Try again',
  typing: 'Somebody is typing',
  you: 'You',
  offline: 'No connection. Your messages are kept and sent as soon as it is back.',
  askEmail: 'Nobody is online right now. Leave your e-mail address, and we answer there too.',
  email: 'E-mail address',
  save: 'Save',
  thanks: 'Thank you. We will write to {email}.',
  badEmail: 'This does not look like an e-mail address.',
  tooLarge: 'The file is larger than 25 MB.',
  refused: 'The chat cannot be used on this page.',
  file: 'File',
  today: 'Today',
};
export type Words = typeof en;

const ms: Words = {
  title: 'Sembang',
  online: 'Kami ada di sini',
  away: 'Kami akan menjawab secepat mungkin',
  close: 'Tutup sembang',
  messages: 'Mesej',
  write: 'Tulis mesej…',
  send: 'Hantar',
  attach: 'Lampirkan fail',
  sending: 'Menghantar…',
  waiting: 'Menunggu sambungan…',
  sent: 'Dihantar',
  seen: 'Dilihat',
  failed: 'Tidak dihantar.',
  retry: 'Cuba lagi',
  typing: 'Seseorang sedang menaip',
  you: 'Anda',
  offline: 'Tiada sambungan. Mesej anda disimpan dan dihantar sebaik sahaja ia kembali.',
  askEmail: 'Tiada sesiapa dalam talian sekarang. Tinggalkan alamat e-mel anda, dan kami akan menjawab di sana juga.',
  email: 'Alamat e-mel',
  save: 'Simpan',
  thanks: 'Terima kasih. Kami akan menulis ke {email}.',
  badEmail: 'Ini tidak kelihatan seperti alamat e-mel.',
  tooLarge: 'Fail lebih besar daripada 25 MB.',
  refused: 'Sembang tidak boleh digunakan pada halaman ini.',
  file: 'Fail',
  today: 'Hari ini',
};

const zh: Words = {
  title: '聊天',
  online: '我们在线',
  away: '我们会尽快回复',
  close: '关闭聊天',
  messages: '消息',
  write: '输入消息…',
  send: '发送',
  attach: '添加文件',
  sending: '发送中…',
  waiting: '等待连接…',
  sent: '已发送',
  seen: '已读',
  failed: '未发送。',
  retry: '重试',
  typing: '对方正在输入',
  you: '你',
  offline: '没有连接。你的消息会保留，恢复后立即发送。',
  askEmail: '现在没有人在线。留下你的电子邮箱，我们也会在那里回复。',
  email: '电子邮箱',
  save: '保存',
  thanks: '谢谢。我们会写信到 {email}。',
  badEmail: '这看起来不是电子邮箱。',
  tooLarge: '文件超过 25 MB。',
  refused: '此页面无法使用聊天。',
  file: '文件',
  today: '今天',
};

export const tables = { en, ms, zh };

export function wordsFor(tags: readonly string[]): { lang: string; words: Words } {
  for (const tag of tags) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'zh') return { lang: 'zh-Hans', words: zh };
    if (language === 'ms') return { lang: 'ms', words: ms };
    if (language === 'en') return { lang: 'en', words: en };
  }
  return { lang: 'en', words: en };
}
