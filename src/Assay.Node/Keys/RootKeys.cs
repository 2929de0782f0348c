using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node.Keys;

/// <summary>The root keys of a log, as far as they are on this machine. Looked for anew at each use: they may be carried away in between.</summary>
internal sealed class RootKeys(Keyring keyring, RootSet set)
{
    public RootSet Set => set;

    /// <summary>Whether events can be signed here, without anyone else.</summary>
    public bool Suffice => keyring.RootFiles().Count >= set.Threshold && CountHere() >= set.Threshold;

    /// <summary>The event with the signatures of as many root keys as are here and needed.</summary>
    public EventFile Sign(LogEvent step)
    {
        var file = EventFile.Of(step);
        foreach (var name in keyring.RootFiles())
        {
            if (file.Signatures == set.Threshold)
                break;
            using var key = keyring.Read(name);
            if (IsNew(key, file))
                file = file.Sign(key);
        }
        return file;
    }

    /// <summary>The event's entry.</summary>
    /// <exception cref="NodeException">Not enough of the root keys are on this machine.</exception>
    public byte[] ToEntry(LogEvent step) => Sign(step) is var file && file.Signatures >= set.Threshold
        ? file.ToEntry(set)
        : throw Missing(EventText.Lines(step).First());

    /// <summary>What is said where events have to be signed elsewhere.</summary>
    /// <param name="what">That cannot be done here.</param>
    public NodeException Missing(string what) => new(NodeFault.KeyMissing, set.Keys.Length == 1
        ? $"the root key is not on this machine ({keyring.PathOf(Keyring.Root)}), without which nobody can {what}"
        : $"{CountHere()} of the {set.Threshold} root keys needed are on this machine, which is too few to {what}");

    private int CountHere()
    {
        var found = new HashSet<Hash>();
        foreach (var name in keyring.RootFiles())
        {
            using var key = keyring.Read(name);
            if (set.Find(key.PublicKey.Id) is not null)
                found.Add(key.PublicKey.Id);
        }
        return found.Count;
    }

    private bool IsNew(SigningKey key, EventFile file) =>
        set.Find(key.PublicKey.Id) is not null && file.Entry.Signatures.All(s => s.KeyId != key.PublicKey.Id);
}
