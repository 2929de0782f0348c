using Assay.Log;
using Assay.Log.Files;
using Assay.Log.Monitoring;
using Assay.Verify;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Audit.Accounts;

/// <summary>A followed log, mirrored as far as it was seen. Several accounts may read it. Not for several threads.</summary>
internal sealed class FollowedLog : IDisposable
{
    private readonly FollowedAddress address;
    private readonly TlogPolicy policy;
    private readonly LogFollower follower;
    private readonly LogAddress? source;
    private ulong mirrored;

    /// <param name="folder">Of its mirror.</param>
    /// <exception cref="AuditException">Another process follows it from there.</exception>
    public FollowedLog(FollowedAddress address, string folder)
    {
        (this.address, policy) = (address, address.Policy());
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            source = LogAddress.Open(address.Address);
        }
        catch (AuditException)
        {
            // A directory that is gone is a log that cannot be reached now.
        }
        try
        {
            follower = new LogFollower(new PosixLogFiles(folder), source is null ? Unreachable : source.Source, address.Key, policy);
        }
        catch (LogException e)
        {
            source?.Dispose();
            throw new AuditException(e.Message, e);
        }
    }

    /// <summary>Looks once, and mirrors what is new.</summary>
    /// <param name="problems">What is wrong is added.</param>
    /// <returns>The newest tree that may be read: what is kept, where the log shows nothing new that holds; null where there is none.</returns>
    public LogReader? Look(List<string> problems, CancellationToken cancel)
    {
        var findings = new List<MonitorFinding>();
        FollowedCheckpoint? seen = null;
        follower.Look(findings, found =>
        {
            if (found.IsOld)
                return;
            foreach (var _ in found.Reader.ReadEntries(mirrored))
            {
                mirrored++;
                cancel.ThrowIfCancellationRequested();
            }
            seen = found;
        });
        problems.AddRange(findings.Select(f => $"{address.Key.Name}: {f.Detail}"));
        try
        {
            seen ??= follower.OpenKept();
        }
        catch (LogException e)
        {
            problems.Add($"{address.Key.Name}: {e.Message}");
        }
        if (seen is null || IsCosigned(seen.Note))
            return seen?.Reader;
        problems.Add($"{address.Key.Name}: its newest checkpoint is not cosigned by the quorum that its policy asks for");
        return null;
    }

    public void Dispose()
    {
        follower.Dispose();
        source?.Dispose();
    }

    private bool IsCosigned(SignedNote note)
    {
        try
        {
            return policy.IsQuorum(policy.WitnessesOf(note));
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private byte[]? Unreachable(string path, int limit) => throw new LogException(LogFault.Io, $"there is no {address.Address} now");
}
