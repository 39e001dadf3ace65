"""The service that databricks-sql-connector speaks to: Thrift, with rows as Arrow."""

import re
import time
import uuid

import pyarrow as pa
from databricks.sql.thrift_api.TCLIService import TCLIService
from databricks.sql.thrift_api.TCLIService import ttypes as T
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

from log import Log
from names import physical
from statements import Result, Statements
from unity import listing

VERSION = T.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V7
SUCCESS = T.TStatus(statusCode=T.TStatusCode.SUCCESS_STATUS)


class ThriftService:
    """Answers every statement at once, with its rows in the first answer."""

    def __init__(self, spark, statements: Statements, log: Log):
        self.spark, self.statements, self.log = spark, statements, log
        self.sessions: dict[bytes, object] = {}
        self._processor = TCLIService.Processor(self)

    def answer(self, data: bytes) -> bytes:
        """Answer one request."""
        out = TMemoryBuffer()
        self._processor.process(TBinaryProtocol(TMemoryBuffer(data)), TBinaryProtocol(out))
        return out.getvalue()

    # ---- The calls of the protocol, by their names in it ----

    def OpenSession(self, request):
        """Give the connection a Spark session of its own."""
        handle = _guid()
        self.sessions[handle.guid] = self.spark.newSession()
        return T.TOpenSessionResp(
            status=SUCCESS,
            serverProtocolVersion=VERSION,
            canUseMultipleCatalogs=True,
            sessionHandle=T.TSessionHandle(sessionId=handle, serverProtocolVersion=VERSION),
            initialNamespace=request.initialNamespace,
            configuration={},
        )

    def CloseSession(self, request):
        """Forget the session."""
        self.sessions.pop(request.sessionHandle.sessionId.guid, None)
        return T.TCloseSessionResp(status=SUCCESS)

    def ExecuteStatement(self, request):
        """Run a statement and send its rows along."""
        spark = self.sessions[request.sessionHandle.sessionId.guid]
        return self._respond(
            request.statement, lambda: self.statements.run(spark, request.statement)
        )

    def GetSchemas(self, request):
        """List schemas by a LIKE pattern."""

        def run():
            like = re.compile((request.schemaName or "%").replace("%", ".*"), re.I)
            names = [r[0] for r in self.spark.sql("show schemas").collect()]
            rows = [(n, self.statements.catalog) for n in names if like.fullmatch(n)]
            return Result(rows=rows, schema="TABLE_SCHEM string, TABLE_CATALOG string"), []

        return self._listed(T.TGetSchemasResp, "GetSchemas", run)

    def GetTables(self, request):
        """List the tables and views of a schema."""

        def run():
            tables, views = listing(self.spark, request.schemaName)
            place = (self.statements.catalog, request.schemaName)
            rows = [(*place, n, "TABLE", "") for n in tables]
            rows += [(*place, n, "VIEW", "") for n in views]
            return Result(
                rows=rows,
                schema="TABLE_CAT string, TABLE_SCHEM string,"
                " TABLE_NAME string, TABLE_TYPE string, REMARKS string",
            ), []

        return self._listed(T.TGetTablesResp, f"GetTables({request.schemaName})", run)

    def GetColumns(self, request):
        """List the columns of a table."""

        def run():
            table = (self.statements.catalog, request.schemaName, request.tableName)
            fields = self.spark.table(physical(table)).schema
            return Result(
                rows=[(*table, f.name, f.dataType.simpleString()) for f in fields],
                schema="TABLE_CAT string, TABLE_SCHEM string, TABLE_NAME string,"
                " COLUMN_NAME string, TYPE_NAME string",
            ), []

        return self._listed(T.TGetColumnsResp, f"GetColumns({request.tableName})", run)

    def GetOperationStatus(self, request):
        """Say that the statement is done: it always is."""
        return T.TGetOperationStatusResp(
            status=SUCCESS, operationState=T.TOperationState.FINISHED_STATE
        )

    def CloseOperation(self, request):
        """Nothing is kept."""
        return T.TCloseOperationResp(status=SUCCESS)

    def CancelOperation(self, request):
        """Nothing is running."""
        return T.TCancelOperationResp(status=SUCCESS)

    def GetInfo(self, request):
        """Name the server."""
        return T.TGetInfoResp(status=SUCCESS, infoValue=T.TGetInfoValue(stringValue="workspace"))

    # ---- Answers ----

    def _listed(self, kind, what: str, run):
        answer = self._respond(what, run)
        return kind(
            status=answer.status,
            operationHandle=answer.operationHandle,
            directResults=answer.directResults,
        )

    def _respond(self, sql: str, run):
        operation = T.TOperationHandle(
            operationId=_guid(), hasResultSet=True, operationType=T.TOperationType.EXECUTE_STATEMENT
        )
        began = time.time()
        try:
            result, used = run()
            schema, rows = _arrow(result)
        except Exception as error:  # every failure is the statement's answer
            message = _message(error)
            self.log.write(
                "sql", ok=False, seconds=round(time.time() - began, 3), sql=sql, error=message
            )
            failed = T.TGetOperationStatusResp(
                status=SUCCESS,
                operationState=T.TOperationState.ERROR_STATE,
                errorMessage=message,
                displayMessage=message,
                sqlState="42000",
            )
            direct = T.TSparkDirectResults(operationStatus=failed)
        else:
            self.log.write(
                "sql",
                ok=True,
                seconds=round(time.time() - began, 3),
                rules=used,
                rows=rows.num_rows,
                sql=sql,
            )
            direct = _direct_results(schema, rows)
        return T.TExecuteStatementResp(
            status=SUCCESS, operationHandle=operation, directResults=direct
        )


def _guid():
    return T.THandleIdentifier(guid=uuid.uuid4().bytes, secret=uuid.uuid4().bytes)


def _message(error: Exception) -> str:
    text = str(error).split("JVM stacktrace")[0].strip()
    if text.startswith("An error occurred while calling"):  # lead with the root cause
        causes = re.findall(r"(?m)^(?:: |Caused by: ).*$", text)
        text = "\n".join([*causes[-1:], text])
    return text[:4000]


def _direct_results(schema, rows: pa.Table):
    columns = [
        T.TColumnDesc(columnName=f.name, typeDesc=_type(f.dataType), position=i)
        for i, f in enumerate(schema, 1)
    ]
    metadata = T.TGetResultSetMetadataResp(
        status=SUCCESS,
        schema=T.TTableSchema(columns),
        lz4Compressed=False,
        resultFormat=T.TSparkRowSetType.ARROW_BASED_SET,
        isStagingOperation=False,
        arrowSchema=rows.schema.serialize().to_pybytes(),
    )
    batches = [
        T.TSparkArrowBatch(batch=b.serialize().to_pybytes(), rowCount=b.num_rows)
        for b in rows.to_batches()
    ]
    return T.TSparkDirectResults(
        operationStatus=T.TGetOperationStatusResp(
            status=SUCCESS, operationState=T.TOperationState.FINISHED_STATE, hasResultSet=True
        ),
        resultSetMetadata=metadata,
        resultSet=T.TFetchResultsResp(
            status=SUCCESS,
            hasMoreRows=False,
            results=T.TRowSet(startRowOffset=0, rows=[], arrowBatches=batches),
        ),
        closeOperation=T.TCloseOperationResp(status=SUCCESS),
    )


def _arrow(result: Result):
    """Spark schema and Arrow table of a result."""
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.sql.types import StructType

    if result.frame is None:
        schema = result.schema
        if isinstance(schema, str):
            schema = StructType.fromDDL(schema)
        arrow = to_arrow_schema(schema, timezone="UTC")
        arrays = [pa.array([r[i] for r in result.rows], f.type) for i, f in enumerate(arrow)]
        return schema, pa.Table.from_arrays(arrays, schema=arrow)
    schema = result.frame.schema
    arrow = to_arrow_schema(schema, timezone="UTC")
    # A statement without columns (DDL) has run already; no batches come with no rows either.
    batches = result.frame._collect_as_arrow() if len(schema) else []
    return schema, pa.Table.from_batches(batches) if batches else arrow.empty_table()


def _type(kind):
    from pyspark.sql import types as s

    name = {
        s.BooleanType: "BOOLEAN",
        s.ByteType: "TINYINT",
        s.ShortType: "SMALLINT",
        s.IntegerType: "INT",
        s.LongType: "BIGINT",
        s.FloatType: "FLOAT",
        s.DoubleType: "DOUBLE",
        s.DateType: "DATE",
        s.TimestampType: "TIMESTAMP",
        s.TimestampNTZType: "TIMESTAMP",
        s.BinaryType: "BINARY",
        s.DecimalType: "DECIMAL",
        s.ArrayType: "ARRAY",
        s.MapType: "MAP",
        s.StructType: "STRUCT",
    }.get(type(kind), "STRING")
    qualifiers = None
    if name == "DECIMAL":
        qualifiers = T.TTypeQualifiers(
            {
                "precision": T.TTypeQualifierValue(i32Value=kind.precision),
                "scale": T.TTypeQualifierValue(i32Value=kind.scale),
            }
        )
    entry = T.TPrimitiveTypeEntry(
        type=getattr(T.TTypeId, f"{name}_TYPE"), typeQualifiers=qualifiers
    )
    return T.TTypeDesc([T.TTypeEntry(primitiveEntry=entry)])
