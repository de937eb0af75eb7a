/* A compact set, chosen for talking with customers; each is found by words in English, Malay and Chinese. */
export interface EmojiGroup {
  key: 'faces' | 'hands' | 'hearts' | 'work' | 'food' | 'signs';
  items: [emoji: string, names: string][];
}

const set = (key: EmojiGroup['key'], text: string): EmojiGroup => ({
  key,
  items: text
    .trim()
    .split('\n')
    .map((line) => {
      const [emoji = '', ...names] = line.trim().split(' ');
      return [emoji, names.join(' ')];
    }),
});

export const groups: EmojiGroup[] = [
  set(
    'faces',
    `😀 grin happy gembira 开心
😃 smile happy senyum 笑
😄 laugh happy ketawa 大笑
😁 beam teeth sengih 咧嘴
😅 sweat relief peluh 汗
😂 tears joy ketawa 笑哭
🤣 rolling laugh gelak 笑翻
😊 blush smile malu 害羞
🙂 slight smile senyum 微笑
🙃 upside silly terbalik 倒脸
😉 wink kenyit 眨眼
😌 relieved calm lega 放心
😍 love eyes sayang 喜欢
🥰 adore hearts sayang 喜爱
😘 kiss cium 飞吻
😋 yum sedap 好吃
😎 cool hebat 酷
🤩 star wow kagum 哇
🥳 party celebrate raikan 庆祝
🤔 think hmm fikir 想
🤗 hug peluk 抱
🤭 oops giggle eh 捂嘴
😐 neutral biasa 一般
😬 awkward canggung 尴尬
🙄 roll eyes bosan 白眼
😮 surprised open terkejut 惊讶
😯 hushed terdiam 惊
😲 astonished terkejut 震惊
😳 flushed malu 脸红
🥺 please plead tolong 拜托
😢 cry sad sedih 哭
😭 sob cry menangis 大哭
😔 pensive sad sedih 难过
😞 disappointed kecewa 失望
😕 confused keliru 困惑
😟 worried risau 担心
😩 weary tired penat 累
😴 sleep tidur 睡
😤 huff geram 哼
😠 angry marah 生气
🤒 sick sakit 生病
😷 mask topeng 口罩
🤝 handshake deal setuju 握手
😇 angel baik 天使`,
  ),
  set(
    'hands',
    `👍 thumbs up yes good bagus 赞 好
👎 thumbs down no tidak 不
👌 ok fine baik 可以
🙏 please thanks pray terima kasih tolong 谢谢 拜托
👏 clap well done tepuk 鼓掌
🙌 hooray hands hore 万岁
👋 wave hello bye hai 你好 再见
✌️ peace victory 耶
🤞 luck fingers semoga 好运
💪 strong kuat 加油
👉 right point kanan 右
👈 left point kiri 左
👇 down below bawah 下
👆 up above atas 上
✋ stop hand henti 停
🤙 call telefon 打电话
✍️ write tulis 写
🙋 raise hand question angkat 举手
🤷 shrug entah 不知道
🙇 bow sorry maaf 抱歉`,
  ),
  set(
    'hearts',
    `❤️ heart red love cinta 爱
🧡 heart orange jingga 橙
💛 heart yellow kuning 黄
💚 heart green hijau 绿
💙 heart blue biru 蓝
💜 heart purple ungu 紫
🖤 heart black hitam 黑
🤍 heart white putih 白
💔 broken heart patah 心碎
💕 hearts two sayang 爱心
✨ sparkles shine kilau 闪
⭐ star bintang 星
🌟 glowing star bintang 星
🔥 fire hot api 火
🎉 party tada tahniah 恭喜
🎊 confetti raya 庆祝
🎁 gift present hadiah 礼物
🎂 cake birthday hari jadi 生日
🌹 rose flower bunga 玫瑰
🌸 blossom flower bunga 花
🌙 moon crescent raya bulan 月
🧧 red packet angpau 红包
🏮 lantern tanglung 灯笼
🪔 lamp diwali deepavali 油灯`,
  ),
  set(
    'work',
    `📦 parcel package order bungkusan 包裹 订单
🚚 delivery truck lori hantar 送货
🛵 rider scooter motosikal 外卖
🛒 cart shopping troli 购物
🛍️ bags shopping beg 购物袋
🏪 shop store kedai 商店
🏠 home house rumah 家
💰 money bag duit 钱
💵 cash notes tunai 现金
💳 card pay kad 刷卡
🧾 receipt resit 收据
📄 document page dokumen 文件
📎 clip attach klip 附件
📝 note memo nota 备注
📷 camera photo gambar 照片
📞 phone call telefon 电话
📱 mobile phone telefon 手机
💻 laptop komputer 电脑
📧 e-mail mel 邮件
📅 calendar date tarikh 日期
⏰ alarm clock jam 闹钟
⏳ wait hourglass tunggu 等
📍 place pin lokasi 地点
🔑 key kunci 钥匙
🔧 tool fix baiki 修
🪑 chair furniture kerusi 椅子
🛏️ bed katil 床
🚗 car kereta 车
✈️ plane flight kapal terbang 飞机
📈 chart up naik 上升
💡 idea light idea 主意`,
  ),
  set(
    'food',
    `☕ coffee tea kopi 咖啡
🍵 tea teh 茶
🍚 rice nasi 饭
🍜 noodles mi 面
🍛 curry kari 咖喱
🍗 chicken ayam 鸡
🥘 dish masakan 菜
🍰 cake kek 蛋糕
🍎 apple epal 苹果
🥭 mango mangga 芒果
🥥 coconut kelapa 椰子
🍉 watermelon tembikai 西瓜
🌶️ spicy chilli pedas 辣
🧊 ice ais 冰`,
  ),
  set(
    'signs',
    `✅ done yes check siap 完成
☑️ tick check tanda 勾
❌ no cross tidak 错
❗ important penting 重要
❓ question soalan 问
⚠️ warning amaran 注意
🚫 forbidden dilarang 禁止
💯 hundred perfect sempurna 满分
🆗 ok baik 好
🆕 new baru 新
🆓 free percuma 免费
🔴 red merah 红
🟢 green hijau 绿
🟡 yellow kuning 黄
🔵 blue biru 蓝
⚪ white putih 白
⚫ black hitam 黑
➡️ right next kanan 右
⬅️ left back kiri 左
🔁 repeat again ulang 重复
ℹ️ info maklumat 信息`,
  ),
];
