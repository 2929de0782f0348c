using System.Buffers.Binary;
using System.Text;
using Assay.Verify.Crypto;

namespace Assay.Verify.Answers;

/// <summary>Ids that an answer and its calls of tools show: functions of the record's id, so that the receipt commits to them (docs/spec/receipt.md, Ids).</summary>
public static class AnswerIds
{
    // The number of digits that the templates want that check it (Mistral's), and how many such ids there are.
    private const int Digits = 9;
    private const ulong Ids = 101_559_956_668_416;
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <param name="isChat">Of the chat API; else of the completions API.</param>
    public static string Of(string recordId, bool isChat) => (isChat ? "chatcmpl-" : "cmpl-") + recordId;

    /// <summary>Of a choice's call, counted from 0: SHA-256(<c>"assay/call/v1\n" || record id || u64be(choice) || u64be(call)</c>), its first 8 bytes as a number modulo 36^9, in 9 digits of base 36.</summary>
    public static string OfCall(string recordId, int choice, int call)
    {
        var domain = Encoding.UTF8.GetBytes("assay/call/v1\n" + recordId);
        Span<byte> bytes = stackalloc byte[domain.Length + 16];
        domain.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[domain.Length..], (ulong)choice);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[(domain.Length + 8)..], (ulong)call);
        var number = BinaryPrimitives.ReadUInt64BigEndian(Sha256.Of(bytes).Bytes) % Ids;
        var text = new char[Digits];
        for (var i = Digits - 1; i >= 0; i--, number /= 36)
            text[i] = Alphabet[(int)(number % 36)];
        return new string(text);
    }
}
