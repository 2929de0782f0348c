using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Dsse;
using Assay.Verify.Json;

namespace Assay.Audit.Auditing;

/// <summary>What a provider shows of a drawn record.</summary>
public enum OpeningKind
{
    /// <summary>The bundle with all that opens it.</summary>
    Bundle,

    /// <summary>The envelope alone, of a record that no auditor may open.</summary>
    Envelope,

    /// <summary>Nothing: the provider says that it does not have it any more.</summary>
    Gone,
}

/// <summary>One line of an answer to a request for openings (docs/spec/audits.md section 3).</summary>
/// <param name="Position">In the draw's order.</param>
/// <param name="Sequence">The record's, by the provider's word.</param>
/// <param name="Content">The bundle's or envelope's bytes in our own spelling; empty where it is gone.</param>
public sealed record OpeningLine(ulong Position, ulong Sequence, OpeningKind Kind, ReadOnlyMemory<byte> Content)
{
    /// <summary>No line that can be read is longer.</summary>
    public const int MaxSize = Bundle.MaxSize + 4096;

    /// <exception cref="MalformedException">Not such a line.</exception>
    /// <exception cref="UnsupportedException">A bundle of another version.</exception>
    public static OpeningLine Parse(ReadOnlySpan<byte> line)
    {
        var json = JsonAt.Root(StrictJson.Parse(line, MaxSize), "opening").Only("position", "sequence", "bundle", "envelope", "gone");
        var (position, sequence) = (json["position"].Integer(), json["sequence"].Integer());
        var parts = (json.Optional("bundle"), json.Optional("envelope"), json.Optional("gone"));
        return parts switch
        {
            ({ } bundle, null, null) => new(position, sequence, OpeningKind.Bundle, Bundle.Parse(StrictJson.Write(bundle.Value.Write)).ToBytes()),
            (null, { } envelope, null) => new(position, sequence, OpeningKind.Envelope, ReadEnvelope(envelope.Base64Bytes()).ToBytes()),
            (null, null, { } gone) when gone.Text().Length <= 1024 => new(position, sequence, OpeningKind.Gone, default),
            _ => throw json.Wrong("one of bundle, envelope and gone"),
        };
    }

    /// <exception cref="MalformedException">Not the envelope of a receipt.</exception>
    internal static Envelope ReadEnvelope(ReadOnlySpan<byte> bytes) => Envelope.Parse(JsonAt.Root(StrictJson.Parse(bytes, Bundle.MaxSize), "envelope"));
}
