using System.Collections.Immutable;
using System.Text;
using Assay.Log;
using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Statements;

namespace Assay.Node.Audits;

/// <summary>Who may audit a node: the file <c>auditors</c> of its data folder. Who is not named is refused.</summary>
/// <remarks>
/// One verifier key of an auditor's log on a line, as <c>assay log vkey</c> prints it, or <c>*</c> for everybody; lines that begin with <c>#</c>
/// and empty ones say nothing. It is read at each request, so that a change holds at once.
/// </remarks>
public sealed record AuditorList(bool Everybody, ImmutableArray<VerifierKey> Keys)
{
    private const int MaxText = 1 << 20;
    private const string All = "*";

    public static readonly AuditorList Nobody = new(false, []);

    /// <exception cref="MalformedException">A line is none of these; the message says which.</exception>
    public static AuditorList Parse(string text)
    {
        var (everybody, keys, number) = (false, ImmutableArray.CreateBuilder<VerifierKey>(), 0);
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line == All)
                everybody = true;
            else if (KeyOf(line, number) is var key && !keys.Contains(key))
                keys.Add(key);
        }
        return new AuditorList(everybody, keys.ToImmutable());
    }

    /// <summary>The list of a data folder; nobody where there is no file.</summary>
    /// <exception cref="NodeException">The file is damaged.</exception>
    public static AuditorList Read(DataFolder folder)
    {
        try
        {
            return new PosixLogFiles(folder.Path).Read(Path.GetFileName(folder.Auditors), MaxText) is { } bytes ? Parse(Encoding.UTF8.GetString(bytes)) : Nobody;
        }
        catch (Exception e) when (e is MalformedException or LogException or IOException or UnauthorizedAccessException)
        {
            throw new NodeException(NodeFault.Unavailable, $"{folder.Auditors} is damaged ({e.Message}): put it right, or remove it", e);
        }
    }

    /// <summary>Replaces the list of a data folder.</summary>
    public void Write(DataFolder folder)
    {
        var name = Path.GetFileName(folder.Auditors);
        var files = new PosixLogFiles(folder.Path);
        if (this == Nobody || !Everybody && Keys.IsEmpty)
            files.Delete(name);
        else
            files.Replace(name, name + ".new", Encoding.UTF8.GetBytes(ToString()), Visibility.Private);
    }

    public bool Allows(AuditorId auditor) => Everybody || Keys.Any(k => k.Name == auditor.Origin && k.Key.Equals(auditor.LogKey));

    /// <exception cref="NodeException">The auditor is not on the list.</exception>
    internal void Require(AuditorId auditor)
    {
        if (!Allows(auditor))
            throw new NodeException(NodeFault.Forbidden,
                $"this node's operator has not named the auditor '{StrictJson.Shown(auditor.Origin)}' with this key: `assay auditors add` does");
    }

    public override string ToString() => string.Concat((Everybody ? [All] : Array.Empty<string>()).Concat(Keys.Select(k => k.ToString())).Select(line => line + "\n"));

    private static VerifierKey KeyOf(string line, int number)
    {
        try
        {
            return VerifierKey.Parse(line) is { Type: NoteSignatureType.Ed25519 } key ? key : throw new MalformedException("a witness's key, and not a log's");
        }
        catch (MalformedException e)
        {
            throw new MalformedException($"line {number}: {e.Message}", e);
        }
    }
}
