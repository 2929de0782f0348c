using System.Collections.Immutable;
using Assay.Log.Files;
using Assay.Verify;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Audit.Accounts;

/// <summary>A log to follow.</summary>
/// <param name="Address">Its URL, or the directory that it is published from; <see cref="Own"/> for the log of the node that keeps the accounts.</param>
/// <param name="Key">Its log key; its name is the origin.</param>
/// <param name="PolicyText">A tlog-policy that names it: who must have cosigned its checkpoints.</param>
public sealed record FollowedAddress(string Address, VerifierKey Key, string PolicyText)
{
    public const string Own = "own";

    /// <summary>A log that nobody need cosign.</summary>
    public FollowedAddress(string address, VerifierKey key) : this(address, key, $"log {key}\nquorum none\n")
    {
    }

    public bool IsOwn => Address == Own;

    public TlogPolicy Policy() => TlogPolicy.Parse(System.Text.Encoding.UTF8.GetBytes(PolicyText));
}

/// <summary>One account to keep: a provider's service, and the auditors whose word is counted.</summary>
public sealed record FollowedAccount(string Service, FollowedAddress Provider, ImmutableArray<FollowedAddress> Auditors)
{
    public bool Equals(FollowedAccount? other) =>
        other is not null && Service == other.Service && Provider == other.Provider && Auditors.AsSpan().SequenceEqual(other.Auditors.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Service, Provider);
}

/// <summary>Which accounts are kept: a file that operators may read, written whole.</summary>
public sealed record FollowList(ImmutableArray<FollowedAccount> Accounts)
{
    private const int MaxSize = 4 << 20;
    private const int MostAccounts = 4096;
    private const int MostAuditors = 64;

    public static FollowList Empty { get; } = new([]);

    /// <exception cref="AuditException">The file is damaged.</exception>
    public static FollowList Read(string path)
    {
        if (!File.Exists(path))
            return Empty;
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is MalformedException or IOException)
        {
            throw new AuditException($"{path}: {e.Message}", e);
        }
    }

    /// <exception cref="MalformedException">Not such a list.</exception>
    public static FollowList Parse(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, MaxSize), "accounts").Only("accounts");
        return new FollowList([.. json["accounts"].Items(MostAccounts).Select(a =>
        {
            a.Only("service", "provider", "auditors");
            var account = new FollowedAccount(a["service"].Label(), ReadLog(a["provider"]), [.. a["auditors"].Items(MostAuditors).Select(ReadLog)]);
            return account.Auditors.Select(x => x.Key.Name).Append(account.Provider.Key.Name).Distinct().Count() == account.Auditors.Length + 1
                ? account
                : throw a.Wrong("logs of different origins");
        })]);
    }

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("accounts");
        foreach (var account in Accounts)
        {
            json.WriteStartObject();
            json.WriteString("service", account.Service);
            json.WritePropertyName("provider");
            WriteLog(json, account.Provider);
            json.WriteStartArray("auditors");
            foreach (var auditor in account.Auditors)
                WriteLog(json, auditor);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>Writes the list durably in place of what is there.</summary>
    public void Write(string path)
    {
        var name = Path.GetFileName(path);
        new PosixLogFiles(Path.GetDirectoryName(Path.GetFullPath(path))!).Replace(name, name + ".new", ToBytes(), Visibility.Private);
    }

    /// <summary>The list with an account, or with more auditors of one that is in it.</summary>
    /// <exception cref="AuditException">An auditor is the provider, or too many.</exception>
    public FollowList With(FollowedAccount account)
    {
        var at = IndexOf(a => a.Service == account.Service && a.Provider.Key == account.Provider.Key);
        // What is said anew of a log counts: its address, who must cosign it.
        var merged = at < 0 ? account : account with
        {
            Auditors = [.. account.Auditors, .. Accounts[at].Auditors.Where(old => account.Auditors.All(a => a.Key.Name != old.Key.Name))],
        };
        if (merged.Auditors.Length > MostAuditors)
            throw new AuditException($"an account counts the word of at most {MostAuditors} auditors");
        if (merged.Auditors.Select(a => a.Key.Name).Append(merged.Provider.Key.Name).Distinct().Count() != merged.Auditors.Length + 1)
            throw new AuditException("a log is named twice: provider and auditors each have one of their own");
        return new FollowList(at < 0 ? Accounts.Add(merged) : Accounts.SetItem(at, merged));
    }

    private int IndexOf(Predicate<FollowedAccount> match) => Array.FindIndex([.. Accounts], match);

    private static FollowedAddress ReadLog(JsonAt json)
    {
        json.Only("address", "key", "policy");
        var log = new FollowedAddress(json["address"].Text(), json["key"].Decode(VerifierKey.Parse, "a verifier key"), json["policy"].Text());
        return json["policy"].Decode(t => TlogPolicy.Parse(System.Text.Encoding.UTF8.GetBytes(t)), "a tlog-policy").Logs.Contains(log.Key)
            ? log
            : throw json["policy"].Wrong("a tlog-policy with the log's key");
    }

    private static void WriteLog(System.Text.Json.Utf8JsonWriter json, FollowedAddress log)
    {
        json.WriteStartObject();
        json.WriteString("address", log.Address);
        json.WriteString("key", log.Key.ToString());
        json.WriteString("policy", log.PolicyText);
        json.WriteEndObject();
    }
}
