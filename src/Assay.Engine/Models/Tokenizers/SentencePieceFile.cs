using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Engine.Models.Language;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>The tokenizer in a tokenizer.model, which SentencePiece writes: for folders without a tokenizer.json.</summary>
/// <remarks>
/// Source of the format: google/sentencepiece, src/sentencepiece_model.proto. Byte-pair encoding of texts as they are is read; other kinds,
/// tables that change characters, and white space that is taken away are refused. Where spaces go: transformers, tokenization_llama.py.
/// </remarks>
internal sealed class SentencePieceFile
{
    private const string What = "a tokenizer.model";
    private const int MaxPieces = 1 << 20, BytePairs = 2;

    private readonly List<(string Text, float Score, TokenKind Kind)> pieces = [];
    private ulong kind = 1;
    private int bos = 1, eos = 2;
    private bool spaceFirst = true, takesSpaces = true, writesSpaces = true, spaceLast, changes;

    private SentencePieceFile(ReadOnlySpan<byte> bytes)
    {
        var fields = new WireFields(bytes, What);
        while (fields.Next())
            switch (fields.Field)
            {
                case 1: Piece(fields.Bytes); break;
                case 2: Trainer(fields.Bytes); break;
                case 3: Normalizer(fields.Bytes); break;
            }
    }

    /// <param name="settings">tokenizer_config.json, where there is one: tokens added, the names of the first and the last, where spaces go.</param>
    /// <param name="ends">Tokens that end an answer, by the model's configuration.</param>
    /// <param name="least">Tokens that there must be; the rest is never made.</param>
    /// <exception cref="ModelException">It is of an unknown kind, or broken.</exception>
    public static Tokenizer Read(ReadOnlySpan<byte> bytes, JsonFile? settings, IReadOnlyList<int> ends, int least)
    {
        var file = new SentencePieceFile(bytes);
        if (file.kind != BytePairs)
            throw new ModelException($"tokenizer.model: kind {file.kind} is not supported: {BytePairs} (byte-pair encoding) is") { IsUnsupported = true };
        if (file.changes || file.takesSpaces || !file.writesSpaces || file.spaceLast)
            throw new ModelException("tokenizer.model: texts that are normalised are not supported (a table of characters, or white space that is taken away or put behind words)") { IsUnsupported = true };
        return file.Make(settings, ends, least);
    }

    private Tokenizer Make(JsonFile? settings, IReadOnlyList<int> ends, int least)
    {
        var added = Added(settings);
        var count = Math.Max(least, pieces.Count);
        foreach (var token in added)
            if (token.Id >= Math.Max(count, pieces.Count + added.Count))
                throw new ModelException($"tokenizer_config.json: the added token {token.Id} lies beyond the {count} tokens that there are");
        count = Math.Max(count, added.Count == 0 ? 0 : 1 + added.Max(t => t.Id));
        var (texts, kinds, scores) = (new string[count], new TokenKind[count], new float[count]);
        Array.Fill(texts, "");
        Array.Fill(kinds, TokenKind.Unused);
        for (var id = 0; id < pieces.Count; id++)
            (texts[id], scores[id], kinds[id]) = pieces[id];
        foreach (var token in added)
            (texts[token.Id], kinds[token.Id]) = (token.Text, kinds[token.Id] == TokenKind.Unknown ? TokenKind.Unknown : token.Special ? TokenKind.Control : TokenKind.UserDefined);
        int? Named(string key, int otherwise) => JsonTokenizer.TokenText(settings, key) is { } text
            ? Array.IndexOf(texts, text) is var id and >= 0 ? id : null
            : otherwise >= 0 && otherwise < pieces.Count ? otherwise : null;
        var (first, last) = (Named("bos_token", bos), Named("eos_token", eos));
        var prefix = !spaceFirst || settings?.Bool("add_prefix_space", true) == false ? SpacePrefix.None
            : settings?.Bool("legacy", true) == false ? SpacePrefix.First
            : SpacePrefix.EachPart;
        return new SentencePiece(new Vocabulary(texts, kinds, last is { } end ? [.. ends, end] : ends), scores, merges: null, prefix)
        {
            Bos = first, Eos = last, AddBos = first is not null && settings?.Bool("add_bos_token", true) != false,
            TakesSpaceBefore = added.Where(t => t.SpaceBefore).Select(t => t.Id).ToHashSet().Contains,
            TakesSpaceAfter = added.Where(t => t.SpaceAfter).Select(t => t.Id).ToHashSet().Contains,
        };
    }

    private static List<(int Id, string Text, bool Special, bool SpaceBefore, bool SpaceAfter)> Added(JsonFile? settings)
    {
        var added = new List<(int, string, bool, bool, bool)>();
        foreach (var property in settings?.Object("added_tokens_decoder")?.Root.EnumerateObject() ?? default)
        {
            if (property.Value.ValueKind != JsonValueKind.Object || !int.TryParse(JsonFile.NameOf(property), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                throw settings!.Wrong("added_tokens_decoder", "objects by tokens' numbers");
            var token = new JsonFile("tokenizer_config.json: added_tokens_decoder", property.Value);
            added.Add((id, token.Text("content") ?? throw token.Wrong("content", "there"), token.Bool("special", false), token.Bool("lstrip", false), token.Bool("rstrip", false)));
        }
        return added;
    }

    private void Piece(ReadOnlySpan<byte> bytes)
    {
        if (pieces.Count == MaxPieces)
            throw new ModelException($"tokenizer.model: more than {MaxPieces} tokens");
        var (text, score, type) = ("", 0f, TokenKind.Normal);
        var fields = new WireFields(bytes, What);
        while (fields.Next())
            switch (fields.Field)
            {
                case 1: text = Encoding.UTF8.GetString(fields.Bytes); break;
                case 2: score = BitConverter.UInt32BitsToSingle((uint)fields.Number); break;
                case 3: type = fields.Number is >= 1 and <= 6 ? (TokenKind)fields.Number : TokenKind.Unused; break;
            }
        if (!float.IsFinite(score))
            throw new ModelException($"tokenizer.model: the score of token {pieces.Count} is not finite");
        // Texts that are always one token are looked for as they are written.
        pieces.Add((type == TokenKind.UserDefined ? text.Replace('\u2581', ' ') : text, score, type));
    }

    private void Trainer(ReadOnlySpan<byte> bytes)
    {
        var fields = new WireFields(bytes, What);
        while (fields.Next())
            switch (fields.Field)
            {
                case 3: kind = fields.Number; break;
                case 24: spaceLast = fields.Number != 0; break;
                case 41: bos = (int)fields.Number; break;
                case 42: eos = (int)fields.Number; break;
            }
    }

    private void Normalizer(ReadOnlySpan<byte> bytes)
    {
        var fields = new WireFields(bytes, What);
        while (fields.Next())
            switch (fields.Field)
            {
                case 2: changes = !fields.Bytes.IsEmpty; break;
                case 3: spaceFirst = fields.Number != 0; break;
                case 4: takesSpaces = fields.Number != 0; break;
                case 5: writesSpaces = fields.Number != 0; break;
            }
    }
}
