using System.Globalization;
using Assay.Log;
using Assay.Log.Files;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Audit.Passports;

/// <summary>Passports of the accounts that a folder keeps, made when they are first asked for and kept until the account's next step.</summary>
/// <remarks>Safe for several threads; one passport is made at a time.</remarks>
/// <param name="accounts">The folder where accounts and mirrors of their logs are kept.</param>
/// <param name="ownLog">The directory of the log that the accounts' steps are in.</param>
public sealed class PassportShelf(string accounts, string ownLog) : IDisposable
{
    private const string Folder = "passports", Temporary = "new";
    private readonly SemaphoreSlim making = new(1, 1);

    /// <summary>The logs that a keeper of accounts has mirrored; those are read where no others are named.</summary>
    public static IEnumerable<string> MirrorsIn(string accounts) =>
        Path.Combine(accounts, "logs") is var mirrors && Directory.Exists(mirrors)
            ? Directory.GetDirectories(mirrors).Where(m => File.Exists(Path.Combine(m, "checkpoint"))).Order(StringComparer.Ordinal)
            : [];

    /// <summary>An account's passport at its newest step in the log's newest checkpoint: a file of its own, opened.</summary>
    /// <param name="account">The account's id.</param>
    /// <param name="newest">How many steps the account has: a passport of as many is taken as it is.</param>
    /// <exception cref="AuditException">The logs do not give the account: one of them is not to be had, or a step is not in a checkpoint yet.</exception>
    public async Task<FileStream> OpenAsync(Hash account, ulong newest, CancellationToken cancel)
    {
        await making.WaitAsync(cancel);
        try
        {
            var wanted = PathOf(account, newest);
            // What was begun is made to its end, whoever has gone: the next one who asks has it.
            return File.OpenRead(File.Exists(wanted) ? wanted : await Task.Run(() => Make(account), CancellationToken.None));
        }
        finally
        {
            making.Release();
        }
    }

    public void Dispose() => making.Dispose();

    private string Make(Hash account)
    {
        var opened = new List<LoggedTree>();
        try
        {
            var own = LoggedTree.Open(ownLog);
            opened.Add(own);
            foreach (var mirror in MirrorsIn(accounts).Append(ownLog))
                opened.Add(LoggedTree.Open(mirror));
            var passport = PassportMaker.Make(account, own, opened[1..]);
            using var bytes = new MemoryStream();
            passport.Write(bytes);
            return Keep(account, passport.Step + 1, bytes.ToArray());
        }
        catch (Exception e) when (e is MalformedException or LogException)
        {
            throw new AuditException($"no passport of this account can be made: {e.Message}", e);
        }
        finally
        {
            opened.ForEach(o => o.Dispose());
        }
    }

    private string Keep(Hash account, ulong steps, byte[] bytes)
    {
        var path = PathOf(account, steps);
        var shelf = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(shelf, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        new PosixLogFiles(shelf).Replace(Path.GetFileName(path), Temporary, bytes, Visibility.Private);
        foreach (var older in Directory.GetFiles(shelf, $"{account.ToHex()}.*"))
            if (older != path)
                File.Delete(older);
        return path;
    }

    private string PathOf(in Hash account, ulong steps) =>
        Path.Combine(accounts, Folder, string.Create(CultureInfo.InvariantCulture, $"{account.ToHex()}.{steps}{Passport.FileExtension}"));
}
