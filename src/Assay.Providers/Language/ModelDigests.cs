using System.Buffers.Binary;
using System.Text;
using Assay.Engine.Models.Language;
using Assay.Engine.Models.Tokenizers;
using Assay.Verify.Answers;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers.Language;

/// <summary>What receipts say of a language model beside its manifest (docs/spec/receipt.md, Language models).</summary>
public static class ModelDigests
{
    public static LanguageClaim ClaimOf(LanguageModel model) => new(
        QuantizationOf(model.Weights), TokenizerOf(model.Tokenizer),
        TemplatesOf(model));

    /// <summary>Of the template's text; of both texts where there is one for conversations with tools besides.</summary>
    public static Hash? TemplatesOf(LanguageModel model)
    {
        var plain = model.ChatTemplate is { } text ? Encoding.UTF8.GetBytes(text) : null;
        if (model.ToolTemplate is not { } tools)
            return plain is null ? null : Sha256.Of(plain);
        var hash = Sha256.Start();
        hash.Add("assay/chat-templates/v1\n"u8);
        Part(ref hash, plain);
        Part(ref hash, Encoding.UTF8.GetBytes(tools));
        return hash.Finish();
    }

    /// <summary>The type that most numbers of the layers' matrices have.</summary>
    public static string QuantizationOf(LanguageWeights weights) => MatricesOf(weights)
        .GroupBy(m => m.Type)
        .OrderByDescending(g => g.Sum(m => (long)m.Rows * m.Columns)).ThenBy(g => g.Key)
        .First().Key.ToString();

    /// <summary>Bytes of the weights as stored.</summary>
    public static long BytesOf(LanguageWeights weights) => MatricesOf(weights).Append(weights.TokenEmbedding).Append(weights.Output).Distinct().Sum(m => (long)m.Data.Length);

    /// <summary>Of what each id stands for: its text, the bytes that it adds, and whether it ends an answer.</summary>
    public static Hash TokenizerOf(Tokenizer tokenizer)
    {
        var hash = Sha256.Start();
        hash.Add("assay/tokenizer/v1\n"u8);
        for (var id = 0; id < tokenizer.Count; id++)
        {
            Part(ref hash, Encoding.UTF8.GetBytes(tokenizer.Text(id)));
            Part(ref hash, tokenizer.Bytes(id).Span);
            hash.Add([(byte)(tokenizer.IsControl(id) ? 1 : 0), (byte)(tokenizer.IsEndOfGeneration(id) ? 1 : 0)]);
        }
        return hash.Finish();
    }

    /// <summary>What a token id stands for.</summary>
    public static TokenWord WordOf(Tokenizer tokenizer, uint id) => new(id, tokenizer.Text((int)id), tokenizer.Bytes((int)id));

    /// <summary>Names weights, arithmetic and engine in a few letters.</summary>
    public static string FingerprintOf(RunnableLanguageModel model) => FingerprintOf(model.Claim.Manifest, LanguageEngine.ExecutionOf(model));

    /// <summary>The same of what a receipt says of them.</summary>
    public static string FingerprintOf(in Hash manifest, ExecutionClaim execution) => "fp_" + Sha256.Of(Encoding.UTF8.GetBytes(
        $"{manifest.ToHex()}\n{execution.Graph.ToHex()}\n{execution.Profile}\n{execution.Engine.Build}\n")).ToHex()[..16];

    private static IEnumerable<WeightMatrix> MatricesOf(LanguageWeights weights) => weights.Layers
        .SelectMany(l => (WeightMatrix?[])[l.Query, l.Key, l.Value, l.AttentionOutput, l.Gate, l.Up, l.Down, .. l.ExpertGates, .. l.ExpertUps, .. l.ExpertDowns])
        .OfType<WeightMatrix>();

    private static void Part(ref Sha256 hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.Add(length);
        hash.Add(bytes);
    }
}
