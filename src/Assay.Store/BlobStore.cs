using Assay.Log.Files;
using Assay.Verify.Crypto;

namespace Assay.Store;

/// <summary>Bytes under the name of their SHA-256: <c>ab/abcdef…</c>. A blob is whole and durable before it has its name.</summary>
public sealed class BlobStore(string folder)
{
    private const int ChunkSize = 1 << 20;
    private const string Incoming = "incoming";

    private readonly PosixLogFiles files = new(folder);
    private readonly string root = Path.GetFullPath(folder);
    private int serial;

    /// <summary>Copies a stream in. Adding the same bytes again changes nothing.</summary>
    public (Hash Digest, long Size) Add(Stream source)
    {
        files.CreateDirectory(Incoming, Visibility.Private);
        var temporary = $"{Incoming}/{Environment.ProcessId}-{Interlocked.Increment(ref serial)}";
        try
        {
            var sha = Sha256.Start();
            long size = 0;
            using (var file = files.Create(temporary, Visibility.Private))
            {
                var chunk = new byte[ChunkSize];
                for (int read; (read = source.Read(chunk)) > 0; size += read)
                {
                    sha.Add(chunk.AsSpan(0, read));
                    file.Append(chunk.AsSpan(0, read));
                }
                file.Flush();
            }
            var digest = sha.Finish();
            var shelf = Shelf(digest);
            files.CreateDirectory(shelf, Visibility.Private);
            // Also where it was there: whoever made it may not have lived to flush it.
            files.FlushDirectory("");
            files.Rename(temporary, Name(digest));
            files.FlushDirectory(shelf);
            return (digest, size);
        }
        finally
        {
            files.Delete(temporary);
        }
    }

    /// <summary>Moves a file in that lies on the same disk, is durable, and has that digest.</summary>
    public void Take(string path, in Hash digest)
    {
        var shelf = Shelf(digest);
        files.CreateDirectory(shelf, Visibility.Private);
        files.FlushDirectory("");
        File.Move(path, PathOf(digest), overwrite: true);
        files.FlushDirectory(shelf);
    }

    /// <exception cref="StoreException">There is no such blob.</exception>
    public long Size(in Hash digest) => files.Length(Name(digest)) ?? throw Missing(digest);

    public bool Contains(in Hash digest) => files.Length(Name(digest)) is not null;

    /// <summary>The bytes, hashed again on the way out.</summary>
    /// <exception cref="StoreException">There is no such blob, or the disk no longer holds what was stored.</exception>
    public byte[] Read(in Hash digest)
    {
        var bytes = files.Read(Name(digest), Array.MaxLength)
            ?? throw Missing(digest);
        return Sha256.Of(bytes) == digest
            ? bytes
            : throw new StoreException(StoreFault.Corrupt, $"blob sha256:{digest.ToHex()} no longer has that digest: the disk or someone changed it");
    }

    /// <summary>Where the bytes lie, to be read in place. They never change; who keeps them mapped keeps them from being deleted meanwhile.</summary>
    public string PathOf(in Hash digest) => Path.Combine(root, Name(digest));

    /// <summary>Hashes the bytes again, without holding them.</summary>
    /// <exception cref="StoreException">There is no such blob, or the disk no longer holds what was stored.</exception>
    public void Check(in Hash digest)
    {
        if (!Contains(digest))
            throw Missing(digest);
        using var stream = File.OpenRead(PathOf(digest));
        var sha = Sha256.Start();
        var chunk = new byte[ChunkSize];
        for (int read; (read = stream.Read(chunk)) > 0;)
            sha.Add(chunk.AsSpan(0, read));
        if (sha.Finish() != digest)
            throw new StoreException(StoreFault.Corrupt, $"blob sha256:{digest.ToHex()} no longer has that digest: the disk or someone changed it");
    }

    public void Delete(in Hash digest) => files.Delete(Name(digest));

    /// <summary>Every blob that is there.</summary>
    public IEnumerable<Hash> All() =>
        files.List("").Where(shelf => shelf.Length == 2).SelectMany(files.List).Where(IsName).Select(name => Hash.FromHex(name));

    /// <summary>Removes what an interrupted <see cref="Add"/> left behind. Only for the folder's owner, when nothing is being added.</summary>
    public void ClearIncoming()
    {
        foreach (var name in files.List(Incoming))
            files.Delete($"{Incoming}/{name}");
    }

    private static StoreException Missing(in Hash digest) => new(StoreFault.NotFound, $"blob sha256:{digest.ToHex()} is not in the store");

    // What others left in our folder is not ours to judge.
    private static bool IsName(string name) => name.Length == 2 * Hash.Size && name.All(char.IsAsciiHexDigitLower);

    private static string Shelf(in Hash digest) => digest.ToHex()[..2];

    private static string Name(in Hash digest) => $"{Shelf(digest)}/{digest.ToHex()}";
}
