using System.Globalization;
using System.Security.Cryptography;
using Assay.Log.Files;
using Assay.Store;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Audit.Auditing;

/// <summary>What an auditor keeps beside its log. All of it is for its owner only, and each file appears whole or not at all.</summary>
/// <remarks>
/// <code>
/// providers/ID.json          who is audited
/// logs/ID/                   what was read of a provider's log, and the last checkpoint accepted
/// secrets/ID/KEY-EPOCH.json  secrets of commitments, before and after they are revealed
/// openings/DRAW/deadline     when what has not come of a draw counts as unopened: set when the first is asked for
/// openings/DRAW/FROM         what came for its positions FROM to FROM + 63
/// canaries/COMMITMENT/       the requests of a canary commitment, and what came of each
/// plants/COMMITMENT.json     what a plant's commitment stands for
/// bundles/                   every bundle that was judged, by its digest
/// </code>
/// What has been decided is in the auditor's log and nowhere else. Not for several processes.
/// </remarks>
public sealed class AuditorFolder
{
    private const string Temporary = "tmp";

    private readonly ILogFiles files;
    private readonly HashSet<string> made = new(StringComparer.Ordinal);

    /// <param name="path">Is made where there is none.</param>
    public AuditorFolder(string path, Func<string, ILogFiles>? open = null)
    {
        Path = path;
        foreach (var directory in (string[])[path, System.IO.Path.Combine(path, "bundles")])
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        files = (open ?? (p => new PosixLogFiles(p)))(path);
        Bundles = new BlobStore(System.IO.Path.Combine(path, "bundles"));
    }

    public string Path { get; }

    /// <summary>Every bundle that was judged.</summary>
    public BlobStore Bundles { get; }

    /// <summary>Where a provider's log is mirrored.</summary>
    public string MirrorOf(FollowedProvider provider) => System.IO.Path.Combine(Path, "logs", provider.Id);

    /// <summary>Everyone who is followed, in order of origin.</summary>
    /// <exception cref="AuditException">A file is damaged.</exception>
    public IReadOnlyList<FollowedProvider> Providers() =>
        [.. files.List("providers").Where(IsJson).Select(name => Read($"providers/{name}", FollowedProvider.MaxSize, FollowedProvider.Parse)!).OrderBy(p => p.Origin, StringComparer.Ordinal)];

    public void Follow(FollowedProvider provider) => Write($"providers/{provider.Id}.json", provider.ToBytes());

    public void Unfollow(FollowedProvider provider) => files.Delete($"providers/{provider.Id}.json");

    /// <summary>All secrets for a provider, in ascending order of key and epoch.</summary>
    /// <exception cref="AuditException">A file is damaged.</exception>
    public IReadOnlyList<AuditSecret> Secrets(FollowedProvider provider) =>
        [.. files.List($"secrets/{provider.Id}").Where(IsJson).Select(name => Read($"secrets/{provider.Id}/{name}", AuditSecret.MaxSize, AuditSecret.Parse)!)
            .OrderBy(s => s.KeyId.ToHex(), StringComparer.Ordinal).ThenBy(s => s.Epoch)];

    /// <summary>The secret for an epoch: the one that is kept, or a new one, which is durable when this returns.</summary>
    public AuditSecret SecretFor(FollowedProvider provider, in Hash keyId, ulong epoch)
    {
        if (Read(NameOf(provider, keyId, epoch), AuditSecret.MaxSize, AuditSecret.Parse) is { } kept)
            return kept;
        var secret = new AuditSecret(keyId, epoch, provider.Rate, Hash.From(RandomNumberGenerator.GetBytes(Hash.Size)));
        Keep(provider, secret);
        return secret;
    }

    public void Keep(FollowedProvider provider, AuditSecret secret) => Write(NameOf(provider, secret.KeyId, secret.Epoch), secret.ToBytes());

    /// <summary>Reads one of the files, or null where there is none.</summary>
    /// <exception cref="AuditException">It is damaged.</exception>
    internal T? Read<T>(string path, int limit, ReadParser<T> parse) where T : class
    {
        if (files.Read(path, limit) is not { } bytes)
            return null;
        try
        {
            return parse(bytes);
        }
        catch (MalformedException e)
        {
            throw new AuditException($"{System.IO.Path.Combine(Path, path)} is damaged ({e.Message}): put it back from a backup", e);
        }
    }

    /// <summary>Writes one of the files; durable when this returns.</summary>
    internal void Write(string path, ReadOnlySpan<byte> bytes)
    {
        Make(path[..path.LastIndexOf('/')]);
        Make(Temporary);
        files.Replace(path, $"{Temporary}/{path.Replace('/', '-')}", bytes, Visibility.Private);
    }

    internal IReadOnlyList<string> List(string directory) => files.List(directory);

    internal void Delete(string path) => files.Delete(path);

    /// <summary>Removes a directory with the files in it.</summary>
    internal void DeleteAll(string directory)
    {
        foreach (var name in files.List(directory))
            files.Delete($"{directory}/{name}");
        files.DeleteDirectory(directory);
    }

    // Whether a name that is there is durable nobody knows but who flushed it.
    private void Make(string directory)
    {
        if (directory.Length == 0 || made.Contains(directory))
            return;
        var parent = directory.LastIndexOf('/') is > 0 and var slash ? directory[..slash] : "";
        Make(parent);
        files.CreateDirectory(directory, Visibility.Private);
        files.FlushDirectory(parent);
        made.Add(directory);
    }

    private static string NameOf(FollowedProvider provider, in Hash keyId, ulong epoch) =>
        string.Create(CultureInfo.InvariantCulture, $"secrets/{provider.Id}/{keyId.ToHex()}-{epoch}.json");

    private static bool IsJson(string name) => name.EndsWith(".json", StringComparison.Ordinal);
}

/// <summary>Parses a file's bytes.</summary>
internal delegate T ReadParser<out T>(ReadOnlySpan<byte> bytes);
