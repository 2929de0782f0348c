using System.Text.Json;
using Assay.Log;
using Assay.Log.Files;

namespace Assay.Node;

/// <summary>Where a node keeps everything it has.</summary>
/// <remarks>
/// <code>
/// keys/           private keys, PKCS#8            (mode 0700)
/// log/            tiles, checkpoint, segments     (log/public may be served by any web server)
/// models/         blobs, names, begun pulls       (mode 0700)
/// receipts.db     private halves of receipts      (mode 0600)
/// proofs/         proofs of receipts, and which are asked for
/// relays/         models that run elsewhere, and the keys for them (each file mode 0600)
/// market.db       what the market's journal says, to be asked quickly: may be deleted, and is made again from the log
/// accounts/       the accounts that this node keeps, and mirrors of the logs that they are made of   (mode 0700)
/// tickets/        how many answers of language models each serving key has begun
/// witnesses       who cosigns the log's checkpoints: a tlog-policy with URLs (absent: nobody)
/// halted          why nothing more is issued, until the operator has acted (absent: all is well)
/// auditors        who may audit: vkeys, or * (absent: nobody)
/// audits.db       secrets that auditors have shown  (mode 0600)
/// auditing/       what this node keeps as an auditor of others  (mode 0700)
/// observe/        of endpoints that are probed: enrolments, and where each run goes on
/// index/          index notes with the lines that indexers have brought
/// genesis.event.json   how the log will begin, while root keys that are elsewhere sign it
/// policy.json     what someone who trusts this node gives to `assay verify`
/// lock            held by the process that has the folder open
/// owner.json      which process that is, its address, and what it takes as its operator's word   (mode 0600)
/// </code>
/// </remarks>
public sealed record DataFolder(string Path)
{
    public string Keys => System.IO.Path.Combine(Path, "keys");

    public string Log => System.IO.Path.Combine(Path, "log");

    public string Models => System.IO.Path.Combine(Path, "models");

    public string Receipts => System.IO.Path.Combine(Path, "receipts.db");

    public string Policy => System.IO.Path.Combine(Path, "policy.json");

    public string Auditing => System.IO.Path.Combine(Path, "auditing");

    public string Index => System.IO.Path.Combine(Path, "index");

    public string Relays => System.IO.Path.Combine(Path, "relays");

    public string Proofs => System.IO.Path.Combine(Path, "proofs");

    public string Accounts => System.IO.Path.Combine(Path, "accounts");

    public string Market => System.IO.Path.Combine(Path, "market.db");

    public string Tickets => System.IO.Path.Combine(Path, "tickets");

    /// <summary>A genesis that waits for signatures; there only before the log has begun.</summary>
    public string PendingGenesis => System.IO.Path.Combine(Path, "genesis.event.json");

    public string Witnesses => System.IO.Path.Combine(Path, "witnesses");

    public string Auditors => System.IO.Path.Combine(Path, "auditors");

    public string Audits => System.IO.Path.Combine(Path, "audits.db");

    public string Halted => System.IO.Path.Combine(Path, "halted");

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string OwnerFile => System.IO.Path.Combine(Path, "owner.json");

    /// <summary><c>$ASSAY_HOME</c>, else <c>$XDG_DATA_HOME/assay</c>, else <c>~/.local/share/assay</c>.</summary>
    public static DataFolder Default { get; } = new(
        Environment.GetEnvironmentVariable("ASSAY_HOME") is { Length: > 0 } home
            ? home
            : System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "assay"));

    /// <exception cref="NodeException">The folder cannot be made or used.</exception>
    public void Create()
    {
        try
        {
            Directory.CreateDirectory(Path, OwnerOnly);
            Directory.CreateDirectory(Keys, OwnerOnly);
            Directory.CreateDirectory(Models, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeException(NodeFault.Unavailable, $"the data folder {Path} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Takes the folder for this process, until what is returned is disposed.</summary>
    /// <exception cref="NodeException">Another process has it.</exception>
    public IDisposable Own()
    {
        try
        {
            return new PosixLogFiles(Path).Lock("lock");
        }
        catch (LogLockedException e)
        {
            var where = OwnerUrl() is { } url ? $", serving at {url}" : "";
            throw new NodeException(NodeFault.InUse,
                $"the data folder {Path} is in use by {(e.Owner is { } owner ? $"process {owner}" : "another process")}{where}: stop it, or use another --data folder", e);
        }
    }

    /// <summary>Notes for others who has the folder open. A hint for messages: the lock is what keeps a second owner out.</summary>
    /// <param name="token">What the process takes as its operator's word, from whoever can read this folder; null where it takes none.</param>
    public void WriteOwner(string? url, string? token = null)
    {
        var temporary = OwnerFile + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            file.Write(JsonSerializer.SerializeToUtf8Bytes(new { pid = Environment.ProcessId, url, token }));
        File.Move(temporary, OwnerFile, overwrite: true);
    }

    public void ClearOwner() => File.Delete(OwnerFile);

    /// <summary>Why this folder's node issues nothing, as a witness said it; null where all is well.</summary>
    public string? HaltReason() => Node.Receipts.Witnessed.HaltedIn(this);

    /// <summary>Forgets why the node was halted; the witnesses are asked again when it is opened.</summary>
    /// <returns>What it was halted for, or null if it was not.</returns>
    /// <exception cref="NodeException">A process has the folder open.</exception>
    public string? Resume()
    {
        using var owned = Own();
        var reason = HaltReason();
        File.Delete(Halted);
        return reason;
    }

    /// <summary>The address of the node that has the folder open, if it said so.</summary>
    public string? OwnerUrl() => Owner("url");

    /// <summary>What the node that has the folder open takes as its operator's word.</summary>
    public string? OwnerToken() => Owner("token");

    private string? Owner(string member)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(OwnerFile)).RootElement.GetProperty(member).GetString();
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
