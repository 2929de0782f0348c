using Assay.Verify.Crypto;
using Assay.Verify.Codecs;

namespace Assay.Verify.Notes;

/// <summary>
/// The log's word, one signature for a whole batch, that entries are durable and will be shown under a checkpoint
/// (docs/spec/receipt.md, Promise).
/// </summary>
/// <param name="Root">RFC 6962 head over the batch's leaves; a caller also holds its leaf's path in that tree.</param>
/// <param name="Deadline">Unix seconds.</param>
/// <remarks>
/// Its first line keeps it apart from a checkpoint under the same key: a checkpoint's second line is a decimal size, a
/// promise's is an origin.
/// </remarks>
public sealed record Promise(string Origin, ulong First, ulong Count, Hash Root, ulong Deadline)
{
    public const string Header = "assay/promise/v1";

    /// <exception cref="MalformedException">Not a promise.</exception>
    public static Promise Parse(string text)
    {
        if (text.Split('\n') is not [Header, { Length: > 0 } origin, var range, var root, var deadline, ""] || range.Split(' ') is not [var first, var count])
            throw new MalformedException("not the five lines of a promise");
        var promise = new Promise(origin, Decimals.Read(first), Decimals.Read(count), Hash.FromBase64(root), Decimals.Read(deadline));
        if (promise.Count == 0 || promise.First > ulong.MaxValue - promise.Count)
            throw new MalformedException("a promise over an impossible range");
        return promise;
    }

    public string ToText() => $"{Header}\n{Origin}\n{First} {Count}\n{Root.ToBase64()}\n{Deadline}\n";

    public SignedNote Sign(SigningKey logKey) => SignedNote.Sign(ToText(), Origin, logKey);
}
