using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Assay.Verify.Codecs;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Answers;

/// <summary>What a token id stands for.</summary>
/// <param name="Text">In the vocabulary.</param>
/// <param name="Bytes">That it adds to an answer; none of a control token.</param>
public sealed record TokenWord(uint Id, string Text, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>As log-probabilities name it: its bytes as text, or its text in the vocabulary where it has none.</summary>
    public string Shown => Bytes.IsEmpty ? Text : Encoding.UTF8.GetString(Bytes.Span);
}

/// <summary>
/// What the token ids in an answer's log-probabilities stand for. A receipt commits to it (<c>parameters.words</c>), so that whoever has no
/// vocabulary can tell that the texts beside the numbers are the model's (docs/spec/receipt.md, Language models).
/// </summary>
public sealed class TokenWords
{
    /// <summary>Tokens at most: no vocabulary is larger.</summary>
    public const int Most = 1 << 20;

    private readonly ImmutableSortedDictionary<uint, TokenWord> words;

    private TokenWords(ImmutableSortedDictionary<uint, TokenWord> words) => this.words = words;

    public int Count => words.Count;

    /// <summary>The word of an id, or null.</summary>
    public TokenWord? Find(uint id) => words.GetValueOrDefault(id);

    /// <summary>Of every token whose log-probability an answer has.</summary>
    public static TokenWords Of(IEnumerable<OutputToken> tokens, Func<uint, TokenWord> word) =>
        new(tokens.SelectMany(NamedIn).Distinct().ToImmutableSortedDictionary(id => id, word));

    /// <summary>The ids in a token's log-probabilities: its own, then those of the tokens that are shown beside it.</summary>
    public static IEnumerable<uint> NamedIn(OutputToken token)
    {
        if (token.LogProbabilities.IsEmpty)
            yield break;
        yield return token.Id;
        for (var i = 1; i < token.LogProbabilities.Length; i += 2)
            yield return token.LogProbabilities[i];
    }

    /// <summary>SHA-256 of <c>"assay/words/v1\n"</c> and of each token, in ascending order of ids, <c>u32be(id) || u32be(n) || n bytes of its text || u32be(m) || m bytes that it adds</c>.</summary>
    public Hash Digest()
    {
        var hash = Sha256.Start();
        hash.Add("assay/words/v1\n"u8);
        foreach (var (id, word) in words)
        {
            Number(ref hash, id);
            var text = Encoding.UTF8.GetBytes(word.Text);
            Number(ref hash, (uint)text.Length);
            hash.Add(text);
            Number(ref hash, (uint)word.Bytes.Length);
            hash.Add(word.Bytes.Span);
        }
        return hash.Finish();
    }

    /// <summary>Writes a list of <c>{"id", "text", "bytes"}</c>, bytes in base64.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var word in words.Values)
        {
            json.WriteStartObject();
            json.WriteNumber("id", word.Id);
            json.WriteString("text", word.Text);
            json.WriteString("bytes", Base64.Write(word.Bytes.Span));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <exception cref="MalformedException">Not such a list, or not in ascending order of ids.</exception>
    public static TokenWords Read(JsonAt json)
    {
        var words = ImmutableSortedDictionary.CreateBuilder<uint, TokenWord>();
        var least = 0UL;
        foreach (var item in json.Items(Most))
        {
            item.Only("id", "text", "bytes");
            var id = item["id"].Integer();
            if (id < least || id > uint.MaxValue)
                throw item["id"].Wrong("token ids in ascending order");
            least = id + 1;
            words[(uint)id] = new TokenWord((uint)id, item["text"].Text(), item["bytes"].Base64Bytes());
        }
        return new TokenWords(words.ToImmutable());
    }

    private static void Number(ref Sha256 hash, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        hash.Add(bytes);
    }
}
