using Assay.Log.Files;
using Assay.Verify.Notes;

namespace Assay.Log.Hammer;

/// <summary>Makes a large log of 512-byte entries, to try other programs on.</summary>
internal static class Grow
{
    /// <summary>Grows the log in a directory to a size, and prints its verifier key.</summary>
    public static async Task<int> RunAsync(string directory, ulong size)
    {
        var files = new PosixLogFiles(directory);
        await using var log = TileLog.Create(files, Victim.Origin, Victim.Key, Victim.Genesis);
        var entry = new byte[512];
        var random = new Random(1);
        var pending = new Queue<Task>();
        for (var i = 1UL; i < size; i++)
        {
            random.NextBytes(entry);
            pending.Enqueue(log.AppendAsync(entry.ToArray()));
            if (pending.Count >= 4096)
                await pending.Dequeue();
        }
        await Task.WhenAll(pending);
        Console.WriteLine(VerifierKey.Create(Victim.Origin, NoteSignatureType.Ed25519, Victim.Key.PublicKey));
        return 0;
    }
}
