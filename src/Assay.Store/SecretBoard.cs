using Assay.Verify.Crypto;
using Microsoft.Data.Sqlite;

namespace Assay.Store;

/// <summary>Secrets that auditors have shown after an epoch's end, in SQLite (docs/spec/audits.md section 3). None is taken back.</summary>
/// <remarks>Safe for use by several threads.</remarks>
public sealed class SecretBoard : IDisposable
{
    private readonly string path;
    private readonly SqliteConnection connection;
    private readonly Lock gate = new();

    /// <exception cref="StoreException">The database cannot be opened or made.</exception>
    public SecretBoard(string path)
    {
        this.path = path;
        connection = Sqlite.Open(path);
        Sqlite.Execute(connection, """
            CREATE TABLE IF NOT EXISTS secrets (
                log_index INTEGER PRIMARY KEY,
                key_id    TEXT NOT NULL,
                epoch     INTEGER NOT NULL,
                secret    BLOB NOT NULL
            ) STRICT;
            CREATE INDEX IF NOT EXISTS secrets_by_epoch ON secrets (key_id, epoch);
            """);
    }

    /// <summary>Keeps the secret of the commitment at an index of the log, durably when this returns. One that is kept already stays as it is.</summary>
    /// <exception cref="StoreException">The disk does not take it.</exception>
    public void Put(ulong index, in Hash keyId, ulong epoch, in Hash secret)
    {
        try
        {
            lock (gate)
            {
                using var command = connection.CreateCommand();
                command.CommandText = "INSERT INTO secrets VALUES ($index, $key, $epoch, $secret) ON CONFLICT (log_index) DO NOTHING";
                command.Parameters.AddWithValue("$index", (long)index);
                command.Parameters.AddWithValue("$key", keyId.ToHex());
                command.Parameters.AddWithValue("$epoch", (long)epoch);
                command.Parameters.AddWithValue("$secret", secret.ToArray());
                command.ExecuteNonQuery();
            }
        }
        catch (SqliteException e)
        {
            throw Sqlite.Told(e, path);
        }
    }

    /// <summary>The secrets for one epoch of a key, each with the index of its commitment, in ascending order of it.</summary>
    public IReadOnlyList<(ulong Index, Hash Secret)> Of(in Hash keyId, ulong epoch)
    {
        lock (gate)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT log_index, secret FROM secrets WHERE key_id = $key AND epoch = $epoch ORDER BY log_index";
            command.Parameters.AddWithValue("$key", keyId.ToHex());
            command.Parameters.AddWithValue("$epoch", (long)epoch);
            using var row = command.ExecuteReader();
            var secrets = new List<(ulong, Hash)>();
            while (row.Read())
                secrets.Add(((ulong)row.GetInt64(0), Hash.From((byte[])row[1])));
            return secrets;
        }
    }

    public void Dispose() => connection.Dispose();
}
