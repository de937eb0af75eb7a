/*
 * demo_words.c - names, things and places of the demonstration: a shop for lamps and furniture in
 * Petaling Jaya.  Any likeness to living people is by chance; the numbers made from them are not
 * given out to anybody.
 */
#include "domain/demo_words.h"

const char *const demo_given[DEMO_LANGUAGES][40] = {
    [DEMO_ENGLISH] = {"Daniel",     "Priya",      "Kevin",      "Shalini", "Michelle",    "Arun",           "Rachel",
                      "Vikram",                                                                                                 "Joanne", "Suresh", "Emily",         "Kavitha",  "Marcus", "Anita",
                      "Oliver",                                                                                                                                                                                       "Deepa",  "Grace",  "Ravi",   "Hannah", "Ganesh", "Natalie",
                      "Thomas",                                                                                                                                                                                                                                                              "Meera",    "Adrian", "Sofia", "Naveen", "Claire",    "Prakash",
                      "Victoria",                                                                                                                                                                                                                                                                                                                                          "Samuel", NULL},
    [DEMO_MALAY] = {"Nurul Aina", "Ahmad Faiz", "Siti Hajar",
                      "Mohd Hafiz",                                        "Farah Nadia", "Muhammad Irfan",
                      "Nor Azizah",                                                                                   "Amirul", "Aisyah",
                      "Khairul",                                                                                                                    "Puteri Balqis", "Zulkifli",
                      "Nadia",                                                                                                                                                             "Hakim",  "Sharifah Alia",
                      "Azman",                                                                                                                                                                                                  "Rosnah", "Syafiq",
                      "Liyana",                                                                                                                                                                                                                               "Fadzil", "Hidayah",
                      "Izzat",                                                                                                                                                                                                                                                               "Maisarah", "Rashid",
                      "Suhaila",                                                                                                                                                                                                                                                                                            "Hazwan", "Norhayati",
                      "Danial",                                                                                                                                                                                                                                                                                                                               "Wan Amira", "Yusof",
                      NULL                                                                                                                                                                                                                                                                                                                                                               },
    [DEMO_CHINESE] = {"伟明",     "美玲",     "志强",     "慧敏",  "家豪",      "丽华",         "俊杰", "淑芬",
                      "国荣",                                                                                                           "雅婷", "建国",        "诗雅",   "文杰", "佩珊", "子轩",        "秀英",
                      "永康",                                                                                                                                                                                                           "嘉欣", "德明", "晓雯", "振华",  "思慧", "凯文",   "玉兰",
                      "明辉",                                                                                                                                                                                                                                                                                             "欣怡", "宏伟",    "静宜",  "天佑",    "惠玲", NULL},
};

const char *const demo_family[DEMO_LANGUAGES][32] = {
    [DEMO_ENGLISH] = {"Fernandez", "Raj",    "D'Souza", "Krishnan", "Pereira", "Nair",   "Williams",
                      "Subramaniam",                                                                        "Gomez",  "Menon",  "Baker",  "Pillai", "Rodrigues", "Singh",
                      "Anthony",                                                                                                                                                   "Chandran", "Morris", "Devan", NULL},
    [DEMO_MALAY] = {"Abdullah",  "Ismail", "Rahman",  "Hashim",   "Othman",  "Yusoff", "Ibrahim",
                      "Kamaruddin",                                                                         "Zainal", "Salleh", "Mansor", "Idris",  "Bakar",     "Jamil", "Razak",
                      "Hamzah",                                                                                                                                                                "Latif",  "Daud",  NULL},
    [DEMO_CHINESE] = {"陈",       "林",    "李",     "王",      "黄",     "张",    "郑",      "吴", "刘",    "蔡",    "杨",    "周",    "叶",
                      "罗",                                                                                                                                              "许",   "梁",      "谢",    "方",   NULL},
};

const char *const demo_products[DEMO_LANGUAGES][16] = {
    [DEMO_ENGLISH] = {"rattan armchair", "brass floor lamp", "oak dining table",    "linen sofa",
                      "bedside lamp",                                                                            "teak bookshelf", "standing desk", "reading lamp",
                      "walnut sideboard",                                                                                                                                              "wool rug",     NULL},
    [DEMO_MALAY] = {"kerusi rotan",    "lampu lantai",     "meja makan kayu oak", "sofa linen",
                      "lampu tidur",                                                                             "rak buku jati",  "meja kerja",    "lampu baca",   "almari kayu",
                      "permaidani",                                                                                                                                                                    NULL},
    [DEMO_CHINESE] = {"藤椅",          "落地灯",        "橡木餐桌",        "亚麻沙发", "床头灯", "柚木书架",   "升降桌",
                      "阅读灯",                                                                                                                                  "胡桃木边柜", "羊毛地毯", NULL},
};

const char *const demo_cities[16] = {"Petaling Jaya", "Kuala Lumpur", "Shah Alam",   "Subang Jaya",
                                     "Klang",         "Ipoh",         "George Town", "Johor Bahru",
                                     "Seremban",      "Melaka",       "Putrajaya",   NULL};

const char *const demo_notes[DEMO_LANGUAGES][12] = {
    [DEMO_ENGLISH] = {"Moving into a new flat next month, furnishing room by room.",
                      "Prefers to be called after 5 pm.",                                                              "Asked for an invoice to the company.",
                      "Bought two chairs in March and was very happy.", "Lives on the 14th floor: check that it fits the lift.",
                      "Compares us with a shop in Damansara; price matters.", NULL},
    [DEMO_MALAY] = {"Baru pindah rumah, cari perabot ruang tamu.",
                      "Suka dihubungi selepas waktu kerja.",                                                           "Minta resit atas nama syarikat.",
                      "Pelanggan lama, beli meja tahun lepas.",         "Tanya harga borong untuk homestay.",
                      "Mahu hantar sebelum Hari Raya.",                       NULL},
    [DEMO_CHINESE] = {"刚买了新房子，正在装修。",                        "下班后才方便接电话。", "需要开公司发票。",
                      "老顾客，去年买过书架。",              "住公寓十二楼，送货要预约电梯。",
                      "农历新年前要送到。",                          NULL},
};

const char *const demo_reasons[DEMO_LANGUAGES][8] = {
    [DEMO_ENGLISH] = {"Ask whether the quotation is all right", "Tell them that the stock is back",
                      "Call about the delivery date",                                                                     "Ask how they like it after a week",   NULL},
    [DEMO_MALAY] = {"Tanya sama ada sebut harga diterima",    "Maklumkan stok sudah sampai",
                      "Sahkan tarikh penghantaran",                                                                       "Tanya maklum balas selepas seminggu", NULL},
    [DEMO_CHINESE] = {"问客户报价是否合适",            "通知客户已到货",            "确认送货日期", "一周后回访使用情况",
                      NULL                                                                                                                                           },
};
