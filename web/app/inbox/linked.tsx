/* Text as it was written, with its web addresses made into links. */
const address = /\bhttps?:\/\/[^\s<>"'）】，。；！？]+[^\s<>"'.,;:!?)\]}）】，。；！？]/giu;

export function Linked({ text }: { text: string }) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    parts.push(text.slice(from, match.index));
    parts.push(
      <a key={match.index} href={match[0]} target="_blank" rel="noopener noreferrer nofollow">
        {match[0]}
      </a>,
    );
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return (
    <p class="message-text" dir="auto">
      {parts}
    </p>
  );
}
