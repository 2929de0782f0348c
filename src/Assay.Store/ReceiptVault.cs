using Assay.Verify.Crypto;
using Microsoft.Data.Sqlite;

namespace Assay.Store;

/// <summary>One kept receipt: where it is in the log, and what only this node holds of it.</summary>
/// <param name="Promise">The log's promise note, as text.</param>
/// <param name="BatchPath">The leaf's path in the promise's batch.</param>
/// <param name="Opening">As <see cref="Store.Opening"/> writes it.</param>
public sealed record KeptReceipt(
    string RecordId, ulong Index, ulong Sequence, Hash KeyId, string Model, Hash ModelDigest, long CompletedAt,
    string Promise, IReadOnlyList<Hash> BatchPath, byte[] Opening);

/// <summary>A receipt without its private part, for lists.</summary>
public sealed record ReceiptSummary(string RecordId, ulong Index, ulong Sequence, string Model, Hash ModelDigest, long CompletedAt);

/// <summary>The private halves of this node's receipts, in SQLite. Its file is readable by its owner only.</summary>
/// <remarks>Safe for use by several threads: one connection behind one lock, since every statement here is short.</remarks>
public sealed class ReceiptVault : IDisposable
{
    private readonly string path;
    private readonly SqliteConnection connection;
    private readonly Lock gate = new();

    /// <exception cref="StoreException">The database cannot be opened or made.</exception>
    public ReceiptVault(string path)
    {
        this.path = path;
        connection = Sqlite.Open(path);
        Sqlite.Execute(connection, """
            CREATE TABLE IF NOT EXISTS receipts (
                record_id    TEXT PRIMARY KEY,
                log_index    INTEGER NOT NULL UNIQUE,
                sequence     INTEGER NOT NULL,
                key_id       TEXT NOT NULL,
                model        TEXT NOT NULL,
                model_digest TEXT NOT NULL,
                completed_at INTEGER NOT NULL,
                promise      TEXT NOT NULL,
                batch_path   BLOB NOT NULL,
                opening      BLOB NOT NULL
            ) STRICT;
            CREATE INDEX IF NOT EXISTS receipts_by_model ON receipts (model_digest, log_index);
            CREATE INDEX IF NOT EXISTS receipts_by_key ON receipts (key_id, sequence);
            """);
    }

    /// <summary>Keeps receipts, durably when this returns. One that is kept already stays as it is.</summary>
    /// <exception cref="StoreException">The disk does not take them.</exception>
    public void Put(IReadOnlyList<KeptReceipt> receipts)
    {
        try
        {
            Insert(receipts);
        }
        catch (SqliteException e)
        {
            throw Sqlite.Told(e, path);
        }
    }

    private void Insert(IReadOnlyList<KeptReceipt> receipts)
    {
        lock (gate)
        {
            using var transaction = connection.BeginTransaction();
            using var insert = connection.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = """
                INSERT INTO receipts VALUES ($id, $index, $sequence, $key, $model, $digest, $at, $promise, $path, $opening)
                ON CONFLICT (record_id) DO NOTHING
                """;
            foreach (var receipt in receipts)
            {
                insert.Parameters.Clear();
                insert.Parameters.AddWithValue("$id", receipt.RecordId);
                insert.Parameters.AddWithValue("$index", (long)receipt.Index);
                insert.Parameters.AddWithValue("$sequence", (long)receipt.Sequence);
                insert.Parameters.AddWithValue("$key", receipt.KeyId.ToHex());
                insert.Parameters.AddWithValue("$model", receipt.Model);
                insert.Parameters.AddWithValue("$digest", receipt.ModelDigest.ToHex());
                insert.Parameters.AddWithValue("$at", receipt.CompletedAt);
                insert.Parameters.AddWithValue("$promise", receipt.Promise);
                insert.Parameters.AddWithValue("$path", receipt.BatchPath.SelectMany(h => h.ToArray()).ToArray());
                insert.Parameters.AddWithValue("$opening", receipt.Opening);
                insert.ExecuteNonQuery();
            }
            transaction.Commit();
        }
    }

    /// <summary>Deletes a receipt so that its bytes are in none of the database's files any more; nothing happens where there is none.</summary>
    /// <remarks>Costs about as much as copying the database. Blocks that the file system gave free are its own affair.</remarks>
    /// <exception cref="StoreException">The disk does not take it.</exception>
    public void Forget(string recordId)
    {
        try
        {
            lock (gate)
            {
                using (var command = connection.CreateCommand())
                {
                    command.CommandText = "DELETE FROM receipts WHERE record_id = $id";
                    command.Parameters.AddWithValue("$id", recordId);
                    command.ExecuteNonQuery();
                }
                // What is deleted is overwritten, the journal emptied over it; then the file is written anew, since a row may have left
                // copies behind when it was moved; and the journal emptied again.
                Sqlite.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
                Sqlite.Execute(connection, "VACUUM");
                Sqlite.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            }
        }
        catch (SqliteException e)
        {
            throw Sqlite.Told(e, path);
        }
    }

    public KeptReceipt? Find(string recordId)
    {
        lock (gate)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT * FROM receipts WHERE record_id = $id";
            command.Parameters.AddWithValue("$id", recordId);
            return One(command);
        }
    }

    /// <summary>The receipt at a place of a serving key's sequence, or null.</summary>
    public KeptReceipt? Find(in Hash keyId, ulong sequence)
    {
        lock (gate)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT * FROM receipts WHERE key_id = $key AND sequence = $sequence";
            command.Parameters.AddWithValue("$key", keyId.ToHex());
            command.Parameters.AddWithValue("$sequence", (long)sequence);
            return One(command);
        }
    }

    /// <summary>The newest receipts, newest first; of one model where its digest is given.</summary>
    public IReadOnlyList<ReceiptSummary> Recent(int most, Hash? model = null)
    {
        lock (gate)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"""
                SELECT record_id, log_index, sequence, model, model_digest, completed_at FROM receipts
                {(model is null ? "" : "WHERE model_digest = $model")} ORDER BY log_index DESC LIMIT $most
                """;
            command.Parameters.AddWithValue("$most", most);
            if (model is { } digest)
                command.Parameters.AddWithValue("$model", digest.ToHex());
            return Summaries(command);
        }
    }

    /// <summary>The receipts of the entries from <paramref name="first"/> up to and without <paramref name="end"/>, in the log's order.</summary>
    public IReadOnlyList<ReceiptSummary> Between(ulong first, ulong end)
    {
        lock (gate)
        {
            using var command = connection.CreateCommand();
            command.CommandText = """
                SELECT record_id, log_index, sequence, model, model_digest, completed_at FROM receipts
                WHERE log_index >= $first AND log_index < $end ORDER BY log_index
                """;
            command.Parameters.AddWithValue("$first", (long)first);
            command.Parameters.AddWithValue("$end", (long)end);
            return Summaries(command);
        }
    }

    /// <summary>The private parts of a key's receipts, from a place in its sequence on.</summary>
    public IReadOnlyList<byte[]> OpeningsOf(in Hash keyId, ulong fromSequence)
    {
        lock (gate)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT opening FROM receipts WHERE key_id = $key AND sequence >= $from ORDER BY sequence";
            command.Parameters.AddWithValue("$key", keyId.ToHex());
            command.Parameters.AddWithValue("$from", (long)fromSequence);
            using var row = command.ExecuteReader();
            var list = new List<byte[]>();
            while (row.Read())
                list.Add((byte[])row[0]);
            return list;
        }
    }

    /// <summary>The ids that begin with these hexadecimal digits.</summary>
    public IReadOnlyList<string> Matching(string digits, int most)
    {
        lock (gate)
        {
            using var command = connection.CreateCommand();
            // 'g' comes right after the last hexadecimal digit.
            command.CommandText = "SELECT record_id FROM receipts WHERE record_id >= $digits AND record_id < $digits || 'g' ORDER BY record_id LIMIT $most";
            command.Parameters.AddWithValue("$digits", digits);
            command.Parameters.AddWithValue("$most", most);
            using var row = command.ExecuteReader();
            var list = new List<string>();
            while (row.Read())
                list.Add(row.GetString(0));
            return list;
        }
    }

    /// <summary>How many receipts are kept; of one model where its digest is given.</summary>
    public long Count(Hash? model = null)
    {
        lock (gate)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM receipts" + (model is null ? "" : " WHERE model_digest = $model");
            if (model is { } digest)
                command.Parameters.AddWithValue("$model", digest.ToHex());
            return (long)command.ExecuteScalar()!;
        }
    }

    public void Dispose() => connection.Dispose();

    private static KeptReceipt? One(SqliteCommand command)
    {
        using var row = command.ExecuteReader();
        return row.Read()
            ? new KeptReceipt(
                row.GetString(0), (ulong)row.GetInt64(1), (ulong)row.GetInt64(2), Hash.FromHex(row.GetString(3)), row.GetString(4),
                Hash.FromHex(row.GetString(5)), row.GetInt64(6), row.GetString(7), Hashes((byte[])row[8]), (byte[])row[9])
            : null;
    }

    private static List<ReceiptSummary> Summaries(SqliteCommand command)
    {
        using var row = command.ExecuteReader();
        var list = new List<ReceiptSummary>();
        while (row.Read())
            list.Add(new ReceiptSummary(
                row.GetString(0), (ulong)row.GetInt64(1), (ulong)row.GetInt64(2), row.GetString(3), Hash.FromHex(row.GetString(4)), row.GetInt64(5)));
        return list;
    }

    private static Hash[] Hashes(byte[] bytes) => [.. bytes.Chunk(Hash.Size).Select(chunk => Hash.From(chunk))];
}
