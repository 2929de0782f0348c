using System.Collections.Immutable;
using System.Net;
using Assay.Verify.Crypto;

namespace Assay.Store.Pull;

/// <summary>An address, the token that is for its origin alone, and what a refusal there means.</summary>
internal sealed class Remote(Uri address, Func<HttpStatusCode, string?, StoreException> refused, string? token = null)
{
    public Uri Address => address;

    public string? Token => token;

    /// <summary>The status, and the hub's <c>X-Error-Code</c> where there is one, in words for the user.</summary>
    public StoreException Refused(HttpStatusCode status, string? code) => refused(status, code);

    public Remote At(Uri other) => new(other, refused, token);
}

/// <summary>A file that can be fetched and checked.</summary>
/// <param name="name">In the model's folder.</param>
/// <param name="size">In bytes, or null where nobody has said.</param>
internal sealed class RemoteFile(string name, Remote remote, FileDigest digest, long? size)
{
    public string Name => name;

    public Remote Remote => remote;

    public FileDigest Digest => digest;

    public long? Size => size;
}

/// <summary>What has to be fetched for a model, known before anything is.</summary>
public sealed class PullPlan
{
    internal PullPlan(string name, string origin, IEnumerable<RemoteFile> files, IEnumerable<string>? notes = null) =>
        (Name, Origin, Files, Notes) = (name, origin, [.. files], [.. notes ?? []]);

    /// <summary>What the model is called unless the user says otherwise.</summary>
    public string Name { get; }

    /// <summary>Where it comes from, exactly: with the commit or the manifest's digest.</summary>
    public string Origin { get; }

    /// <summary>What the user should know, one line each.</summary>
    public ImmutableArray<string> Notes { get; }

    public IEnumerable<string> FileNames => Files.Select(f => f.Name);

    internal ImmutableArray<RemoteFile> Files { get; }
}

/// <summary>A file that is here, whole and checked.</summary>
/// <param name="Path">Where it waits to become a blob, or null where it is one already.</param>
public sealed record PulledFile(string Name, Hash Sha256, long Size, string? Path);
