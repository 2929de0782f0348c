using System.Text;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Audit.Oracles;

/// <summary>
/// Which tokens of a vocabulary an answer can mean. One text can be cut into tokens in many ways, and the model samples tokens: so a text
/// alone is never cut anew. Tokens count where the endpoint names them (log-probabilities), or where the answer is one token.
/// </summary>
internal sealed class TokenNames
{
    private readonly Dictionary<string, List<int>> byBytes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> byText = new(StringComparer.Ordinal);
    private readonly HashSet<string> ends = new(StringComparer.Ordinal);
    private readonly HashSet<int> ending = [];
    private readonly List<int> silent = [];

    public TokenNames(Tokenizer tokenizer, int vocabulary)
    {
        for (var id = 0; id < vocabulary; id++)
        {
            // Rows of the output matrix that the tokenizer has no token for.
            var known = id < tokenizer.Count;
            var bytes = known ? tokenizer.Bytes(id) : default;
            if (known && tokenizer.IsEndOfGeneration(id))
            {
                ending.Add(id);
                ends.Add(tokenizer.Text(id));
            }
            else if (bytes.IsEmpty)
            {
                silent.Add(id);
                if (known)
                    Add(byText, tokenizer.Text(id), id);
            }
            else
            {
                var isByte = bytes.Length == 1 && tokenizer.Text(id).StartsWith("<0x", StringComparison.Ordinal);
                Add(byBytes, Convert.ToHexString(bytes.Span), id, isByte);
                Add(byText, Encoding.UTF8.GetString(bytes.Span), id, isByte);
            }
        }
    }

    /// <summary>Tokens with which an answer ends.</summary>
    public IReadOnlySet<int> Ending => ending;

    /// <summary>Tokens that add nothing to the text and do not end it.</summary>
    public IReadOnlyList<int> Silent => silent;

    /// <summary>Whether an endpoint names the end of its answer so.</summary>
    public bool IsEnd(SpokenToken token) => ends.Contains(token.Text) || (token.Text.Length == 0 && token.Bytes is null or []);

    /// <summary>All tokens of that name, the one that is most likely meant first; none where there is no such token.</summary>
    public IReadOnlyList<int> Of(SpokenToken token) =>
        (token.Bytes is { Length: > 0 } bytes ? byBytes.GetValueOrDefault(Convert.ToHexString(bytes)) : byText.GetValueOrDefault(token.Text)) ?? [];

    /// <summary>All tokens that alone make an answer of this text.</summary>
    public IReadOnlyList<int> OfText(string text) => byText.GetValueOrDefault(text) ?? [];

    private static void Add(Dictionary<string, List<int>> names, string name, int id, bool isByte = false)
    {
        if (!names.TryGetValue(name, out var list))
            names[name] = list = [];
        // Tokens of single bytes, which SentencePiece has beside those of characters, are the last resort of a tokenizer: behind the others.
        if (isByte)
            list.Add(id);
        else
            list.Insert(0, id);
    }
}
