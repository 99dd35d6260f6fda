import type { Language, Topic } from './business.ts';

/** What people write, in one language. `{n}` stands for an order number. Invented sentences; data, hence the length of this file. */
export interface Phrases {
  /** First messages, calm and angry, by topic. */
  readonly calm: Readonly<Record<Topic, readonly string[]>>;
  readonly angry: Readonly<Record<Topic, readonly string[]>>;
  readonly details: readonly string[];
  /** Written while nobody answers, from patient to angry. */
  readonly waiting: readonly [string, string, string];
  readonly thanks: readonly string[];
  readonly sour: readonly string[];
  readonly agent: readonly string[];
  readonly later: string;
  readonly bot: readonly string[];
  readonly handover: string;
}

/** By language. */
export const TEXTS: Readonly<Record<Language, Phrases>> = {
  en: {
    calm: {
      delivery: ['Hi, when will my order {n} arrive?', 'Hello! Has the floor lamp been shipped yet?'],
      returns: ['I would like to return a lamp, how does that work?', 'Can I swap the shade for the grey one?'],
      product: ['Does the desk lamp come with a bulb?', 'Is the kitchen pendant dimmable?'],
      payment: ['Could you send me the invoice for order {n}?', 'Can I pay in three parts?'],
    },
    angry: {
      delivery: ['Order {n} is two weeks late, this is really bad service', 'The parcel never came and I am very annoyed'],
      returns: ['The lamp arrived broken and I want my money back now', 'I have waited a month for my refund, unacceptable'],
      product: ['The bulb died after three days, what terrible quality', 'This lamp is useless, it flickers all the time'],
      payment: ['You charged me twice for order {n}, that is outrageous', 'Your checkout is broken and I lost my voucher, awful'],
    },
    details: ['The order number is {n}', 'It is the tall one in brass', 'I bought it last week', 'Yes, that is right', 'I have a photo if you need it'],
    waiting: ['Hello?', 'Is anyone there?', 'I have been waiting forever, this is ridiculous'],
    thanks: ['Great, thank you so much!', 'Perfect, thanks', 'You are very kind, that helped a lot', '\u{1F44D}'],
    sour: ['Well, that does not help me at all', 'I am disappointed, to be honest'],
    agent: ['Hi, I am looking into it for you.', 'I have found your order {n}.', 'It will be with you in two working days.', 'That is arranged, you will get an email.'],
    later: 'I am asking our warehouse and will come back to you.',
    bot: ['Hello, I am Lumi. What can I do for you?', 'Order {n} leaves our warehouse tomorrow. Does that help?', 'You can send anything back within 30 days.'],
    handover: 'One moment, a colleague will take over.',
  },
  es: {
    calm: {
      delivery: ['Hola, ¿cuándo llega mi pedido {n}?', 'Buenas, ¿ya han enviado la lámpara de pie?'],
      returns: ['Quisiera devolver una lámpara, ¿cómo lo hago?', '¿Puedo cambiar la pantalla por la gris?'],
      product: ['¿El flexo trae bombilla?', '¿La lámpara de cocina es regulable?'],
      payment: ['¿Me mandan la factura del pedido {n}?', '¿Se puede pagar en tres plazos?'],
    },
    angry: {
      delivery: ['El pedido {n} lleva dos semanas de retraso, qué mal servicio', 'El paquete no ha llegado nunca y estoy muy enfadada'],
      returns: ['La lámpara llegó rota y quiero mi dinero ya', 'Llevo un mes esperando el reembolso, es inaceptable'],
      product: ['La bombilla se fundió a los tres días, calidad pésima', 'Esta lámpara no sirve, parpadea todo el rato'],
      payment: ['Me han cobrado dos veces el pedido {n}, es una vergüenza', 'La web falla y he perdido mi cupón, horrible'],
    },
    details: ['El número de pedido es {n}', 'Es la alta, de latón', 'La compré la semana pasada', 'Sí, eso es', 'Tengo una foto si hace falta'],
    waiting: ['¿Hola?', '¿Hay alguien?', 'Llevo muchísimo esperando, es una tomadura de pelo'],
    thanks: ['¡Genial, muchas gracias!', 'Perfecto, gracias', 'Qué amable, me ha ayudado mucho', '\u{1F64F}'],
    sour: ['Pues no me sirve de nada', 'La verdad, estoy decepcionado'],
    agent: ['Hola, lo miro ahora mismo.', 'Ya tengo su pedido {n}.', 'Lo recibirá en dos días laborables.', 'Queda arreglado, le llegará un correo.'],
    later: 'Pregunto al almacén y le escribo.',
    bot: ['Hola, soy Lumi. ¿En qué le ayudo?', 'El pedido {n} sale mañana del almacén. ¿Le sirve?', 'Puede devolver lo que quiera en 30 días.'],
    handover: 'Un momento, sigue una compañera.',
  },
  pt: {
    calm: {
      delivery: ['Olá, quando chega a minha encomenda {n}?', 'Boa tarde, o candeeiro já foi enviado?'],
      returns: ['Queria devolver um candeeiro, como faço?', 'Posso trocar o abajur pelo cinzento?'],
      product: ['O candeeiro de mesa traz lâmpada?', 'O da cozinha tem regulador de luz?'],
      payment: ['Podem enviar a fatura da encomenda {n}?', 'Dá para pagar em três vezes?'],
    },
    angry: {
      delivery: ['A encomenda {n} está duas semanas atrasada, que mau serviço', 'O pacote nunca chegou e estou muito aborrecida'],
      returns: ['O candeeiro chegou partido e quero o meu dinheiro', 'Espero o reembolso há um mês, inaceitável'],
      product: ['A lâmpada fundiu em três dias, péssima qualidade', 'Isto não presta, pisca o tempo todo'],
      payment: ['Cobraram duas vezes a encomenda {n}, uma vergonha', 'O site falhou e perdi o vale, horrível'],
    },
    details: ['O número é {n}', 'É o alto, de latão', 'Comprei na semana passada', 'Sim, é isso', 'Tenho uma foto, se precisarem'],
    waiting: ['Olá?', 'Está aí alguém?', 'Estou à espera há imenso tempo, que falta de respeito'],
    thanks: ['Ótimo, muito obrigada!', 'Perfeito, obrigado', 'Muito simpática, ajudou imenso', '\u{1F44F}'],
    sour: ['Isso não me ajuda nada', 'Sinceramente, estou desiludido'],
    agent: ['Olá, vou já ver.', 'Encontrei a encomenda {n}.', 'Chega em dois dias úteis.', 'Está tratado, vai receber um email.'],
    later: 'Vou perguntar ao armazém e já lhe digo.',
    bot: ['Olá, sou a Lumi. Como posso ajudar?', 'A encomenda {n} sai amanhã. Ajuda?', 'Pode devolver em 30 dias.'],
    handover: 'Um momento, vou passar a uma colega.',
  },
  fr: {
    calm: {
      delivery: ['Bonjour, quand arrive ma commande {n} ?', 'Le lampadaire est-il déjà parti ?'],
      returns: ['Je voudrais renvoyer une lampe, comment faire ?', 'Puis-je échanger contre le gris ?'],
      product: ['La lampe de bureau est-elle livrée avec une ampoule ?', 'La suspension est-elle à intensité variable ?'],
      payment: ['Pouvez-vous m’envoyer la facture de la commande {n} ?', 'Peut-on payer en trois fois ?'],
    },
    angry: {
      delivery: ['La commande {n} a deux semaines de retard, quel mauvais service', 'Le colis n’est jamais arrivé, je suis très en colère'],
      returns: ['La lampe est arrivée cassée, je veux être remboursée', 'Un mois sans remboursement, c’est inacceptable'],
      product: ['L’ampoule est morte en trois jours, qualité horrible', 'Cette lampe est nulle, elle clignote sans arrêt'],
      payment: ['Vous m’avez débité deux fois pour {n}, c’est scandaleux', 'Le site plante et j’ai perdu mon bon, affreux'],
    },
    details: ['Le numéro est le {n}', 'C’est la grande, en laiton', 'Je l’ai achetée la semaine dernière', 'Oui, c’est ça', 'J’ai une photo si besoin'],
    waiting: ['Allô ?', 'Il y a quelqu’un ?', 'J’attends depuis une éternité, c’est ridicule'],
    thanks: ['Super, merci beaucoup !', 'Parfait, merci', 'Très gentil, ça m’aide beaucoup', '\u{1F60A}'],
    sour: ['Ça ne m’aide pas du tout', 'Franchement, je suis déçue'],
    agent: ['Bonjour, je regarde tout de suite.', 'J’ai retrouvé la commande {n}.', 'Vous l’aurez sous deux jours ouvrés.', 'C’est réglé, un mail va suivre.'],
    later: 'Je demande à l’entrepôt et je reviens vers vous.',
    bot: ['Bonjour, je suis Lumi. Que puis-je faire ?', 'La commande {n} part demain. Ça vous aide ?', 'Les retours sont possibles pendant 30 jours.'],
    handover: 'Un instant, une collègue prend la suite.',
  },
  de: {
    calm: {
      delivery: ['Hallo, wann kommt meine Bestellung {n}?', 'Ist die Stehlampe schon unterwegs?'],
      returns: ['Ich möchte eine Lampe zurückgeben, wie geht das?', 'Kann ich den Schirm gegen den grauen tauschen?'],
      product: ['Ist bei der Tischlampe eine Birne dabei?', 'Lässt sich die Küchenlampe dimmen?'],
      payment: ['Können Sie mir die Rechnung zu {n} schicken?', 'Kann ich in drei Raten zahlen?'],
    },
    angry: {
      delivery: ['Bestellung {n} ist zwei Wochen zu spät, schlechter Service', 'Das Paket kam nie an, ich bin richtig sauer'],
      returns: ['Die Lampe kam kaputt an, ich will mein Geld zurück', 'Seit einem Monat keine Erstattung, unmöglich'],
      product: ['Die Birne war nach drei Tagen tot, miese Qualität', 'Die Lampe ist Schrott, sie flackert ständig'],
      payment: ['Sie haben {n} doppelt abgebucht, eine Frechheit', 'Die Kasse spinnt und mein Gutschein ist weg, furchtbar'],
    },
    details: ['Die Nummer ist {n}', 'Es ist die hohe aus Messing', 'Letzte Woche gekauft', 'Ja, genau', 'Ich habe ein Foto, wenn Sie es brauchen'],
    waiting: ['Hallo?', 'Ist da jemand?', 'Ich warte schon ewig, das ist lächerlich'],
    thanks: ['Super, vielen Dank!', 'Perfekt, danke', 'Sehr nett, das hilft mir sehr', '\u{1F44D}'],
    sour: ['Das hilft mir leider gar nicht', 'Ehrlich gesagt bin ich enttäuscht'],
    agent: ['Hallo, ich sehe gleich nach.', 'Ich habe Bestellung {n} gefunden.', 'Sie kommt in zwei Werktagen.', 'Ist erledigt, Sie bekommen eine E-Mail.'],
    later: 'Ich frage im Lager nach und melde mich.',
    bot: ['Hallo, ich bin Lumi. Was kann ich tun?', 'Bestellung {n} geht morgen raus. Hilft das?', 'Rückgabe ist 30 Tage lang möglich.'],
    handover: 'Einen Moment, eine Kollegin übernimmt.',
  },
  it: {
    calm: {
      delivery: ['Ciao, quando arriva il mio ordine {n}?', 'La piantana è già partita?'],
      returns: ['Vorrei restituire una lampada, come si fa?', 'Posso cambiare il paralume con quello grigio?'],
      product: ['La lampada da tavolo ha la lampadina?', 'Quella da cucina è dimmerabile?'],
      payment: ['Mi mandate la fattura dell’ordine {n}?', 'Si può pagare in tre rate?'],
    },
    angry: {
      delivery: ['L’ordine {n} è in ritardo di due settimane, pessimo servizio', 'Il pacco non è mai arrivato, sono furiosa'],
      returns: ['La lampada è arrivata rotta, rivoglio i soldi', 'Aspetto il rimborso da un mese, inaccettabile'],
      product: ['La lampadina è morta in tre giorni, qualità orribile', 'Questa lampada è inutile, sfarfalla sempre'],
      payment: ['Mi avete addebitato {n} due volte, vergogna', 'Il sito non va e ho perso il buono, terribile'],
    },
    details: ['Il numero è {n}', 'È quella alta in ottone', 'L’ho presa la settimana scorsa', 'Sì, esatto', 'Ho una foto se serve'],
    waiting: ['Pronto?', 'C’è qualcuno?', 'Aspetto da una vita, è ridicolo'],
    thanks: ['Ottimo, grazie mille!', 'Perfetto, grazie', 'Gentilissima, mi ha aiutato molto', '\u{1F64F}'],
    sour: ['Così non mi aiuta per niente', 'Sinceramente sono deluso'],
    agent: ['Ciao, controllo subito.', 'Ho trovato l’ordine {n}.', 'Arriva entro due giorni lavorativi.', 'Fatto, riceverà una mail.'],
    later: 'Chiedo al magazzino e le scrivo.',
    bot: ['Ciao, sono Lumi. Come posso aiutare?', 'L’ordine {n} parte domani. È utile?', 'Il reso è possibile per 30 giorni.'],
    handover: 'Un attimo, continua una collega.',
  },
  ar: {
    calm: {
      delivery: ['مرحبا، متى يصل طلبي {n}؟', 'هل تم شحن المصباح؟'],
      returns: ['أريد إرجاع مصباح، كيف أفعل ذلك؟', 'هل يمكن تبديل اللون إلى الرمادي؟'],
      product: ['هل يأتي مصباح المكتب مع لمبة؟', 'هل يمكن تخفيف إضاءة مصباح المطبخ؟'],
      payment: ['هل ترسلون لي فاتورة الطلب {n}؟', 'هل يمكن الدفع على ثلاث دفعات؟'],
    },
    angry: {
      delivery: ['الطلب {n} متأخر أسبوعين، خدمة سيئة جدا', 'لم يصل الطرد أبدا وأنا غاضبة'],
      returns: ['وصل المصباح مكسورا وأريد نقودي', 'أنتظر استرداد المبلغ منذ شهر، هذا غير مقبول'],
      product: ['تعطلت اللمبة بعد ثلاثة أيام، جودة رديئة', 'هذا المصباح سيئ ويومض طوال الوقت'],
      payment: ['خصمتم ثمن الطلب {n} مرتين، هذا عيب', 'الموقع معطل وفقدت القسيمة، أمر فظيع'],
    },
    details: ['رقم الطلب {n}', 'هو الطويل النحاسي', 'اشتريته الأسبوع الماضي', 'نعم، صحيح', 'عندي صورة إذا أردتم'],
    waiting: ['مرحبا؟', 'هل من أحد هنا؟', 'أنتظر منذ وقت طويل، هذا سخيف'],
    thanks: ['رائع، شكرا جزيلا!', 'ممتاز، شكرا', 'لطف منكم، ساعدتموني كثيرا', '\u{1F64F}'],
    sour: ['هذا لا يساعدني أبدا', 'بصراحة أنا محبط'],
    agent: ['مرحبا، سأتحقق الآن.', 'وجدت طلبك {n}.', 'سيصل خلال يومي عمل.', 'تم الأمر، ستصلك رسالة.'],
    later: 'سأسأل المستودع وأعود إليك.',
    bot: ['مرحبا، أنا لومي. كيف أساعدك؟', 'الطلب {n} يخرج غدا. هل هذا مفيد؟', 'يمكن الإرجاع خلال 30 يوما.'],
    handover: 'لحظة، زميلتي ستكمل معك.',
  },
  hi: {
    calm: {
      delivery: ['नमस्ते, मेरा ऑर्डर {n} कब आएगा?', 'क्या लैंप भेज दिया गया है?'],
      returns: ['मुझे एक लैंप वापस करना है, कैसे करूँ?', 'क्या मैं इसे भूरे रंग से बदल सकता हूँ?'],
      product: ['क्या टेबल लैंप के साथ बल्ब आता है?', 'क्या रसोई वाली बत्ती मंद हो सकती है?'],
      payment: ['ऑर्डर {n} का बिल भेज देंगे?', 'क्या तीन किस्तों में भुगतान हो सकता है?'],
    },
    angry: {
      delivery: ['ऑर्डर {n} दो हफ़्ते लेट है, बहुत खराब सेवा', 'पार्सल आया ही नहीं, मैं बहुत नाराज़ हूँ'],
      returns: ['लैंप टूटा हुआ आया, मुझे पैसे वापस चाहिए', 'एक महीने से रिफंड नहीं मिला, यह गलत है'],
      product: ['बल्ब तीन दिन में खराब हो गया, घटिया माल', 'यह लैंप बेकार है, हर समय टिमटिमाता है'],
      payment: ['ऑर्डर {n} के पैसे दो बार कट गए, शर्मनाक', 'साइट खराब है और मेरा कूपन चला गया, बहुत बुरा'],
    },
    details: ['ऑर्डर नंबर {n} है', 'पीतल वाला लंबा लैंप', 'पिछले हफ़्ते खरीदा था', 'हाँ, वही', 'चाहें तो फोटो भेज दूँ'],
    waiting: ['हैलो?', 'कोई है?', 'कब से इंतज़ार कर रहा हूँ, यह मज़ाक है'],
    thanks: ['बहुत बढ़िया, धन्यवाद!', 'ठीक है, शुक्रिया', 'आपने बहुत मदद की', '\u{1F64F}'],
    sour: ['इससे मुझे कोई मदद नहीं मिली', 'सच कहूँ तो मैं निराश हूँ'],
    agent: ['नमस्ते, मैं अभी देखती हूँ।', 'आपका ऑर्डर {n} मिल गया।', 'दो कार्य दिवस में पहुँच जाएगा।', 'हो गया, आपको ईमेल आएगा।'],
    later: 'गोदाम से पूछकर बताती हूँ।',
    bot: ['नमस्ते, मैं लूमी हूँ। क्या मदद करूँ?', 'ऑर्डर {n} कल निकलेगा। क्या यह ठीक है?', '30 दिन के अंदर वापसी हो सकती है।'],
    handover: 'एक क्षण, मेरी सहकर्मी आगे बात करेंगी।',
  },
};
