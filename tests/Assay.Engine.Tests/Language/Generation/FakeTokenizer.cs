using System.Text;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Tests.Language.Generation;

/// <summary>Token 0 ends the answer; token i stands for two letters, half of what token i + 1 stands for.</summary>
internal sealed class FakeTokenizer : Tokenizer
{
    public override int Count => FakeEvaluator.Vocabulary;

    public override int[] Encode(string text, bool special) => throw new NotSupportedException();

    public override int[] EncodeMarked(string text, char mark) => throw new NotSupportedException();

    public override ReadOnlyMemory<byte> Bytes(int id) => Encoding.UTF8.GetBytes(id == 0 ? "" : $"{(char)('A' + id)}{(char)('A' + id + 1)}");

    public override bool IsControl(int id) => id == 0;

    public override bool IsEndOfGeneration(int id) => id == 0;

    public override string Text(int id) => id == 0 ? "<end>" : Encoding.UTF8.GetString(Bytes(id).Span);

    public override int? Find(string text) => null;
}
