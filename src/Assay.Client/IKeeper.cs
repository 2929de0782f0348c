using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Assay.Client;

/// <summary>What a client remembers. Calls may come from several threads.</summary>
public interface IKeeper
{
    /// <summary>Keeps the file of a receipt that was accepted.</summary>
    void Bundle(string recordId, ReadOnlyMemory<byte> bundle);

    /// <summary>Keeps a fault file.</summary>
    void Evidence(string name, ReadOnlyMemory<byte> fault);

    /// <summary>The newest checkpoint note of a log that was kept, or null.</summary>
    string? Checkpoint(string origin);

    /// <summary>Keeps a checkpoint note in place of the one before it.</summary>
    void Checkpoint(string origin, string note);
}

/// <summary>Remembers for as long as the process lives.</summary>
public sealed class MemoryKeeper : IKeeper
{
    private readonly ConcurrentDictionary<string, string> checkpoints = new(StringComparer.Ordinal);
    private ImmutableDictionary<string, ReadOnlyMemory<byte>> evidence = ImmutableDictionary<string, ReadOnlyMemory<byte>>.Empty;

    /// <summary>Fault files by name.</summary>
    public ImmutableDictionary<string, ReadOnlyMemory<byte>> Faults => evidence;

    // Bundles would grow without bound: who wants them gives a folder.
    public void Bundle(string recordId, ReadOnlyMemory<byte> bundle) { }

    public void Evidence(string name, ReadOnlyMemory<byte> fault) =>
        ImmutableInterlocked.AddOrUpdate(ref evidence, name, fault, (_, _) => fault);

    public string? Checkpoint(string origin) => checkpoints.GetValueOrDefault(origin);

    public void Checkpoint(string origin, string note) => checkpoints[origin] = note;
}
