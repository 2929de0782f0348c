using System.Text;
using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Faults;
using Assay.Verify.Notes;

namespace Assay.Log.Witnessing;

/// <summary>What a witness must never forget: the newest checkpoint that it cosigned of each log, as the log signed it.</summary>
/// <remarks>
/// <code>
/// lock                  held by the one process that cosigns from this folder
/// latest/HEX            a signed checkpoint; HEX is the SHA-256 of its origin
/// faults/*.fault.json   what was seen of logs that broke their word
/// </code>
/// Each file is replaced whole and flushed before anyone hears of it.
/// </remarks>
internal sealed class WitnessStore : IDisposable
{
    private const string Latest = "latest";
    private const string Faults = "faults";
    private const string Temporary = "tmp";

    // One proves it; a log gone mad could sign for ever.
    private const int MaxFaults = 256;

    private readonly ILogFiles files;
    private readonly IDisposable held;

    /// <exception cref="LogLockedException">Another process cosigns from this folder.</exception>
    public WitnessStore(ILogFiles files)
    {
        this.files = files;
        held = files.Lock("lock");
        var directories = new DurableDirectories(files);
        foreach (var directory in (string[])[Latest, Faults, Temporary])
            directories.Make(directory, Visibility.Private);
        // A former owner may have set a name and failed to flush it: what is read must not go away after it was built on.
        files.FlushDirectory(Latest);
    }

    /// <summary>The newest checkpoint cosigned of a log, or null.</summary>
    /// <param name="trusted">Keys of that log: one of them must have signed what is stored.</param>
    /// <exception cref="LogException">
    /// What is stored is damaged: a witness that forgot may be led back, and one that believes what no log has said accuses the honest, so it does not go on.
    /// </exception>
    public SignedNote? Read(string origin, IReadOnlyCollection<VerifierKey> trusted)
    {
        var path = $"{Latest}/{FileOf(origin)}";
        if (files.Read(path, SignedNote.MaxSize) is not { } bytes)
            return null;
        try
        {
            var note = SignedNote.Parse(bytes);
            if (Checkpoint.Parse(note.Text).Origin != origin)
                throw new LogException(LogFault.Corrupt, $"{path} is a checkpoint of another log");
            return WitnessRules.Signers(note, trusted).Count > 0
                ? note
                : throw new LogException(LogFault.Corrupt,
                    $"{path} is damaged, or signed by a key of {origin} that is named no longer: put it back from a copy that is as new, or name that key");
        }
        catch (MalformedException e)
        {
            throw new LogException(LogFault.Corrupt, $"{path} is damaged ({e.Message}): put it back from a copy that is as new", e);
        }
    }

    /// <summary>When this returns, the checkpoint is durable.</summary>
    public void Write(string origin, SignedNote note) =>
        files.Replace($"{Latest}/{FileOf(origin)}", $"{Temporary}/{FileOf(origin)}", Encoding.UTF8.GetBytes(note.ToString()), Visibility.Private);

    /// <summary>Keeps a fault; the same one is kept once, and of very many only the first.</summary>
    /// <returns>Its file's name.</returns>
    public string Keep(Fault fault)
    {
        var bytes = fault.ToBytes();
        var name = $"{fault.Kind}-{Sha256.Of(bytes).ToHex()[..16]}{Fault.FileExtension}";
        if (files.Length($"{Faults}/{name}") is null && FaultNames.Count < MaxFaults)
            files.Replace($"{Faults}/{name}", $"{Temporary}/{name}", bytes, Visibility.Private);
        return name;
    }

    public IReadOnlyList<string> FaultNames => [.. files.List(Faults).Where(n => n.EndsWith(Fault.FileExtension, StringComparison.Ordinal))];

    public byte[]? ReadFault(string name) => FaultNames.Contains(name) ? files.Read($"{Faults}/{name}", 4 << 20) : null;

    public void Dispose() => held.Dispose();

    private static string FileOf(string origin) => Sha256.Of(Encoding.UTF8.GetBytes(origin)).ToHex();
}
