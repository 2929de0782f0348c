using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Models;

namespace Assay.Verify.Relays;

/// <summary>
/// What a relay forwards to: the digest of this stands where a receipt of a local answer has that of the weights (docs/spec/receipt.md, Relays). It says where requests
/// went, and nothing of what answered there.
/// </summary>
/// <param name="Url">Of the API, such as <c>https://api.example.com/v1</c>.</param>
/// <param name="Model">The upstream's name for the model.</param>
/// <param name="Claims">The name of the model that the relay says it serves.</param>
public sealed record RelayDescription(string Url, string Model, string Claims)
{
    public const string Format = "relay";

    /// <summary>What receipts and segments call the profile: no rules of arithmetic.</summary>
    public const string Profile = "urn:assay:relay:v1";

    public const int MaxUrl = 512, MaxName = 256;

    private const string FileName = "relay";

    /// <summary>SHA-256 of the description: what receipts call the graph.</summary>
    public Hash Digest => Sha256.Of(ToBytes());

    /// <summary>The one file of the model event.</summary>
    public ImmutableArray<ModelFile> Files => [new ModelFile(FileName, Digest, ToBytes().Length)];

    public Hash Manifest => ModelDigest.Of(Files);

    public string Version => Manifest.ToHex()[..12];

    /// <exception cref="MalformedException">A text is empty, too long, or has other characters than it may.</exception>
    public void Check()
    {
        foreach (var (text, what, most) in ((string, string, int)[])[(Url, "address", MaxUrl), (Model, "upstream model", MaxName), (Claims, "claimed model", MaxName)])
            if (text.Length is 0 || text.Length > most || text.Any(c => c is <= ' ' or >= '\x7f' or '"' or '\\'))
                throw new MalformedException($"the {what} of a relay is '{StrictJson.Shown(text)}': 1 to {most} printable ASCII characters without quotes, backslashes and blanks are right");
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0
            || Url.Contains('?') || Url.Contains('#') || Url.EndsWith('/'))
            throw new MalformedException($"'{StrictJson.Shown(Url)}' is not an address such as https://api.example.com/v1: no name or password, no query, no slash at its end");
        if (url.Scheme == "http" && !url.IsLoopback)
            throw new MalformedException($"'{StrictJson.Shown(Url)}' is not encrypted: https is right, http only to this machine");
    }

    public byte[] ToBytes()
    {
        var bytes = new List<byte>("assay/relay/v1\n"u8.ToArray());
        foreach (var text in (string[])[Url, Model, Claims])
        {
            var part = Encoding.UTF8.GetBytes(text);
            var length = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)part.Length);
            bytes.AddRange(length);
            bytes.AddRange(part);
        }
        return [.. bytes];
    }
}
